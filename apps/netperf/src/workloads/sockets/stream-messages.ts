/** Last byte of every message of a stream but the last one, and of the last. */
export const MORE = 0
export const LAST = 1

/** Bytes of the answer to a stream. */
export const ANSWER_BYTES = 8

/** Bytes that a receiver takes at once. */
export const RECEIVE_BYTES = 256 * 1024

/** A message of `size` bytes that says whether it is the last. */
export function streamMessage(size: number, last: number): Uint8Array {
  const message = new Uint8Array(size)
  message[size - 1] = last
  return message
}

/** A count as the bytes that answer a stream. */
export function answerOf(count: number): Uint8Array {
  const bytes = new Uint8Array(ANSWER_BYTES)
  new DataView(bytes.buffer).setFloat64(0, count)
  return bytes
}

/** The count in an answer. */
export function countIn(answer: Uint8Array): number {
  return new DataView(answer.buffer, answer.byteOffset).getFloat64(0)
}
