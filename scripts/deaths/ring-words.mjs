/** What workers at a ring have in common with their supervisor: words, and counts of records. */
export const [STOP, RUNNING, TORN] = [0, 1, 2]
const HEAD = 8

/** Records that a worker sends in its life at most, and sends or takes at once. */
export const [MOST_RECORDS, BULK] = [1 << 15, 32]

/** A sender's: the last record that it has begun to send, and the last that it has. */
export const [BEGUN, DONE] = [0, 1]
/** A receiver's: how many records are in its hands, which follow. */
export const HANDS = 2
const WORDS = 3 + BULK + 1

/** The index of a word of worker `id`. */
export function of(id, what) {
  return HEAD + id * WORDS + what
}

export function makeRingWords(workers) {
  const words = new Int32Array(new SharedArrayBuffer(4 * of(workers, 0)))
  const counts = new Uint8Array(new SharedArrayBuffer(workers * MOST_RECORDS))
  return { words, counts }
}
