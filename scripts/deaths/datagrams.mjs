import { fill, wrongIn } from './bytes.mjs'

/** Bytes before the content of a datagram: whose it is, and its number, both from 1. */
export const HEAD_BYTES = 8

/** Makes the first `length` bytes a datagram, which tells by its head what it has to be. */
export function writeDatagram(bytes, length, id, number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  view.setUint32(0, id)
  view.setUint32(4, number)
  fill(bytes.subarray(HEAD_BYTES, length), 0, id + number)
}

/** Whether they are as they were written. */
export function isWhole(bytes, length) {
  const { id, number } = headOf(bytes)
  if (length < HEAD_BYTES || id === 0 || number === 0) return false
  return wrongIn(bytes.subarray(HEAD_BYTES), length - HEAD_BYTES, 0, id + number) === 0
}

export function headOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return { id: view.getUint32(0), number: view.getUint32(4) }
}
