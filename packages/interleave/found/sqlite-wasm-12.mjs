/**
 * A worker is woken by the notify of an operation that it has done already, and finds none to do:
 * "No waitLoop handler for whichOp #0". https://github.com/sqlite/sqlite-wasm/issues/12
 */
const OPERATION = 0
const RESULT = 1

const serves =
  (takeOperation) =>
  ({ thread }) => {
    const words = new Int32Array(new SharedArrayBuffer(8))
    thread('main', () => {
      for (const operation of [1, 2]) {
        Atomics.store(words, RESULT, -1)
        Atomics.store(words, OPERATION, operation)
        Atomics.notify(words, OPERATION)
        while (Atomics.load(words, RESULT) === -1) Atomics.wait(words, RESULT, -1)
      }
    })
    thread('worker', () => {
      for (let i = 0; i < 2; i++) {
        const operation = takeOperation(words)
        if (operation === 0) throw new Error('no handler for operation 0')
        Atomics.store(words, OPERATION, 0)
        Atomics.store(words, RESULT, 0)
        Atomics.notify(words, RESULT)
      }
    })
  }

export const asShipped = serves((words) => {
  Atomics.wait(words, OPERATION, 0)
  return Atomics.load(words, OPERATION)
})
export const mended = serves((words) => {
  for (;;) {
    const operation = Atomics.load(words, OPERATION)
    if (operation !== 0) return operation
    Atomics.wait(words, OPERATION, 0)
  }
})
