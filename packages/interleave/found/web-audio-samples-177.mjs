/**
 * The audio thread reads samples that the worker may still be writing.
 * https://github.com/GoogleChromeLabs/web-audio-samples/issues/177
 */
const plays =
  (isReady) =>
  ({ thread }) => {
    const samples = new Float32Array(new SharedArrayBuffer(8))
    const available = new Int32Array(new SharedArrayBuffer(4))
    thread('worker', () => {
      samples.set([0.5, 0.25])
      Atomics.add(available, 0, 2)
    })
    thread('audio', () => {
      if (isReady(available)) samples.slice()
    })
  }

export const asShipped = plays(() => true)
export const mended = plays((available) => Atomics.load(available, 0) === 2)
