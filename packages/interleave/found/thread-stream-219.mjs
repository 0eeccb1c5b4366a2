/**
 * A worker that fails says so by a position of -2, at which a main thread that has not heard of
 * the failure yet goes on to write. https://github.com/pinojs/thread-stream/pull/219
 */
const FAILED = -2

const writes =
  (isOver) =>
  ({ thread }) => {
    const position = new Int32Array(new SharedArrayBuffer(4))
    thread('main', () => {
      const at = Atomics.load(position, 0)
      if (!isOver(at)) new Uint8Array(8).set([1], at)
    })
    thread('worker', () => void Atomics.store(position, 0, FAILED))
  }

export const asShipped = writes(() => false)
export const mended = writes((at) => at < 0)
