import type { Ring } from '../ring.ts'

/** The bytes of one call, or where they go. */
export interface Piece {
  readonly bytes: Uint8Array
  readonly start: number
  readonly length: number
}

/** What is written before a record: how many bytes it has. */
const header = new Uint8Array(4)
const length = new DataView(header.buffer)

/**
 * Copies `count` bytes of the ring in: a record behind its length, where a kind of socket keeps
 * records, and else bytes. Others see them when `produced` says so.
 */
export function copyIn(
  ring: Ring,
  position: number,
  { bytes, start }: Piece,
  count: number,
  headerBytes: number,
): void {
  if (headerBytes > 0) {
    length.setUint32(0, count - headerBytes)
    ring.copyIn(position, header, 0, headerBytes)
  }
  ring.copyIn(position + headerBytes, bytes, start, count - headerBytes)
}

/**
 * Copies bytes out, of `there` that are there, and says how many of the ring are done with: a whole
 * record, of which as much is copied as there is room for.
 */
export function copyOut(
  ring: Ring,
  position: number,
  piece: Piece,
  there: number,
  headerBytes: number,
): number {
  const { bytes, start } = piece
  if (headerBytes === 0) {
    const count = Math.min(there, piece.length)
    ring.copyOut(position, bytes, start, count)
    return count
  }
  ring.copyOut(position, header, 0, headerBytes)
  const size = length.getUint32(0)
  ring.copyOut(position + headerBytes, bytes, start, Math.min(size, piece.length))
  return headerBytes + size
}
