/**
 * A ring of audio is cut short while its reader is at work, which has seen the old end and reads
 * on beyond the new one. https://github.com/moq-dev/moq/issues/3080
 */
const READ = 0
const WRITTEN = 1
const CUT = 2
const NONE = -1

const plays =
  ({ cut, endOf }) =>
  ({ thread, after }) => {
    const words = new Int32Array(new SharedArrayBuffer(12))
    words.set([0, 4, NONE])
    thread('page', () => cut(words, 1))
    thread('audio', () => {
      const end = endOf(words)
      const read = Atomics.load(words, READ)
      Atomics.store(words, READ, read + Math.min(2, end - read))
    })
    after(() => {
      if (words[READ] > words[WRITTEN]) throw new Error('read beyond what is written')
    })
  }

export const asShipped = plays({
  cut(words, at) {
    if (Atomics.load(words, READ) <= at) Atomics.store(words, WRITTEN, at)
  },
  endOf: (words) => Atomics.load(words, WRITTEN),
})
/** The reader itself moves the end that the page wishes for. */
export const mended = plays({
  cut: (words, at) => void Atomics.store(words, CUT, at),
  endOf(words) {
    const wished = Atomics.exchange(words, CUT, NONE)
    if (wished >= Atomics.load(words, READ)) Atomics.store(words, WRITTEN, wished)
    return Atomics.load(words, WRITTEN)
  },
})
