/**
 * Blocks of a pcapng file (draft-ietf-opsawg-pcapng, section 3): a type and a length, a body, and
 * the length again, so that a reader may go backwards. Everything is on borders of 32 bits. This
 * writer's numbers are little-endian, which the section header says.
 */

/** Bytes of the type and of the two lengths. */
const FRAME_BYTES = 12
const OPTION_HEADER_BYTES = 4

/** A fact about a block, by the number that the draft gives it (section 3.5). */
export interface BlockOption {
  readonly code: number
  readonly value: Uint8Array
}

/** One block. `words` are the 32-bit fields of its body; `bytes` come behind them, padded. */
export function block(
  type: number,
  words: readonly number[],
  options: readonly BlockOption[],
  bytes?: Uint8Array,
): Uint8Array {
  const size = FRAME_BYTES + 4 * words.length + padded(bytes?.length ?? 0) + sizeOf(options)
  const result = new Uint8Array(size)
  const view = new DataView(result.buffer)
  let at = 0
  for (const word of [type, size, ...words]) {
    view.setUint32(at, word, true)
    at += 4
  }
  if (bytes !== undefined) {
    result.set(bytes, at)
    at += padded(bytes.length)
  }
  for (const option of options) at = putOption(result, view, at, option)
  // Two zeros, of a code and a length, end the options and are there already.
  view.setUint32(size - 4, size, true)
  return result
}

export function textOption(code: number, text: string): BlockOption {
  return { code, value: new TextEncoder().encode(text) }
}

export function byteOption(code: number, byte: number): BlockOption {
  return { code, value: Uint8Array.of(byte) }
}

export function wordOption(code: number, word: number): BlockOption {
  const value = new Uint8Array(4)
  new DataView(value.buffer).setUint32(0, word, true)
  return { code, value }
}

/** A number of 64 bits, such as a count: one little-endian number, unlike a time. */
export function longOption(code: number, long: number): BlockOption {
  const value = new Uint8Array(8)
  new DataView(value.buffer).setBigUint64(0, BigInt(long), true)
  return { code, value }
}

/** A time: its upper half first, each half little-endian (section 4.3). */
export function timeOption(code: number, timeNs: bigint): BlockOption {
  const value = new Uint8Array(8)
  const view = new DataView(value.buffer)
  timeWords(timeNs).forEach((word, index) => view.setUint32(4 * index, word, true))
  return { code, value }
}

/** The two halves of a time, the upper first. */
export function timeWords(timeNs: bigint): readonly [number, number] {
  return [Number((timeNs >> 32n) & 0xffffffffn), Number(timeNs & 0xffffffffn)]
}

function putOption(
  to: Uint8Array,
  view: DataView,
  at: number,
  { code, value }: BlockOption,
): number {
  view.setUint16(at, code, true)
  view.setUint16(at + 2, value.length, true)
  to.set(value, at + OPTION_HEADER_BYTES)
  return at + OPTION_HEADER_BYTES + padded(value.length)
}

/** Bytes of the options and of what ends them; none where there are none. */
function sizeOf(options: readonly BlockOption[]): number {
  if (options.length === 0) return 0
  return options.reduce(
    (sum, { value }) => sum + OPTION_HEADER_BYTES + padded(value.length),
    OPTION_HEADER_BYTES,
  )
}

function padded(bytes: number): number {
  return (bytes + 3) & ~3
}
