/**
 * The interpreter reads its buffer of signals and then clears it; a signal that comes in between
 * is gone. https://github.com/python/cpython/issues/157548
 */
const handles =
  (takeSignal) =>
  ({ thread, after }) => {
    const signals = new Int32Array(new SharedArrayBuffer(4))
    let handled = 0
    thread('interpreter', () => void (handled = takeSignal(signals)))
    thread('page', () => void Atomics.store(signals, 0, 2))
    after(() => {
      if (handled !== 2 && signals[0] !== 2) throw new Error('the signal is lost')
    })
  }

export const asShipped = handles((signals) => {
  const signal = Atomics.load(signals, 0)
  Atomics.store(signals, 0, 0)
  return signal
})
export const mended = handles((signals) => Atomics.exchange(signals, 0, 0))
