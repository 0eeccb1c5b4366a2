/**
 * A stream waits until its worker has read up to a position and compares for equality; the worker,
 * which reads all that there is, jumps over it. https://github.com/pinojs/thread-stream/issues/250
 */
const READ = 0
const WRITTEN = 1

const flushes =
  (hasRead) =>
  ({ thread }) => {
    const words = new Int32Array(new SharedArrayBuffer(8))
    const write = () => {
      Atomics.add(words, WRITTEN, 1)
      Atomics.notify(words, WRITTEN)
    }
    thread('main', () => {
      write()
      const expected = Atomics.load(words, WRITTEN)
      write()
      for (let read; !hasRead((read = Atomics.load(words, READ)), expected); ) {
        Atomics.wait(words, READ, read)
      }
    })
    thread('worker', () => {
      for (let read = 0; read < 2; ) {
        const end = Atomics.load(words, WRITTEN)
        if (end === read) Atomics.wait(words, WRITTEN, read)
        else {
          Atomics.store(words, READ, (read = end))
          Atomics.notify(words, READ)
        }
      }
    })
  }

export const asShipped = flushes((read, expected) => read === expected)
export const mended = flushes((read, expected) => read >= expected)
