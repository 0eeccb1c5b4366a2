import type { ByteQueue } from './byte-queue.ts'
import type { CapturedPacket, CaptureFileCounts } from './captured-packet.ts'

/** What a parser yields when it has to have more bytes; it goes on when there are some. */
export const MORE = 0

/**
 * A parser is a generator over a queue of bytes: it yields packets, and MORE to wait. So it does
 * not know where bytes come from, and no state is kept by hand between two chunks. When the file
 * is over, its reader does not resume it.
 */
export type Parser = Generator<CapturedPacket | typeof MORE, void, undefined>

/** Waits until so many bytes are there. */
export function* need(queue: ByteQueue, bytes: number): Generator<typeof MORE, void, undefined> {
  while (queue.length < bytes) yield MORE
}

/** What a parser is given. */
export interface Parsed {
  readonly queue: ByteQueue
  readonly counts: CaptureFileCounts
}

/**
 * No block or record is longer, as Wireshark has it (wiretap, MAX_BLOCK_SIZE): a length beyond says
 * that the file is damaged, and to wait for so much would fill the memory.
 */
export const MOST_BLOCK_BYTES = 16 * 1024 * 1024
