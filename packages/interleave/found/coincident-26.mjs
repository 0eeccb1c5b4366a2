/**
 * The word that a worker waits on is the length of the answer, which may be what it was: a notify
 * before the wait is lost then. https://github.com/WebReflection/coincident/issues/26
 */
const CONTROL = 0

const asks =
  (length, store) =>
  ({ thread }) => {
    const { port1, port2 } = new MessageChannel()
    const words = new Int32Array(new SharedArrayBuffer(8))
    thread('worker', () => {
      port1.postMessage('question')
      Atomics.wait(words, CONTROL, 0)
    })
    thread('main', () => {
      port2.addEventListener('message', () => {
        store(words, length)
        Atomics.notify(words, CONTROL)
      })
    })
  }

export const asShipped = asks(0, (words, length) => void Atomics.store(words, CONTROL, length))
export const mended = asks(0, (words, length) => {
  Atomics.store(words, 1, length)
  Atomics.store(words, CONTROL, 1)
})
