/**
 * A notify goes to the first waiter, which is terminated before it can pass it on: the second one
 * sleeps although the gate is open. https://github.com/whatwg/html/issues/8276
 */
const opens =
  (isBuried) =>
  ({ thread, onDeath }) => {
    const gate = new Int32Array(new SharedArrayBuffer(4))
    const pass = () => {
      while (Atomics.load(gate, 0) === 0) Atomics.wait(gate, 0, 0)
      Atomics.notify(gate, 0, 1)
    }
    thread('first', pass)
    thread('second', pass)
    const open = () => {
      Atomics.store(gate, 0, 1)
      Atomics.notify(gate, 0, 1)
    }
    thread('main', open, { mortal: false })
    if (isBuried) onDeath(() => Atomics.notify(gate, 0, 1))
  }

export const options = { deaths: 1 }
export const asShipped = opens(false)
/** What buries a worker passes on what that may have been notified of. */
export const mended = opens(true)
