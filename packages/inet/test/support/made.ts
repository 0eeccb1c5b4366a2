import { put16, referenceSum, u16 } from './bytes.ts'

/** Packets made by hand, byte by byte: nothing here comes from the package. */
export interface MadeIpv4 {
  readonly source?: readonly number[]
  readonly destination?: readonly number[]
  readonly protocol?: number
  readonly ttl?: number
  readonly tos?: number
  readonly id?: number
  /** Flags and offset. */
  readonly fragment?: number
  /** Whole words of them. */
  readonly options?: readonly number[]
  readonly payload?: Uint8Array
  /** What a link adds behind. */
  readonly padding?: number
}

export function makeIpv4(of: MadeIpv4): Uint8Array {
  const { options = [], payload = new Uint8Array(0), padding = 0 } = of
  const header = 20 + options.length
  const bytes = new Uint8Array(header + payload.length + padding).fill(0xee)
  bytes.fill(0, 0, header)
  bytes[0] = 0x40 | (header / 4)
  bytes[1] = of.tos ?? 0
  put16(bytes, 2, header + payload.length)
  put16(bytes, 4, of.id ?? 0)
  put16(bytes, 6, of.fragment ?? 0x4000)
  bytes[8] = of.ttl ?? 64
  bytes[9] = of.protocol ?? 17
  bytes.set(of.source ?? [192, 0, 2, 1], 12)
  bytes.set(of.destination ?? [192, 0, 2, 2], 16)
  bytes.set(options, 20)
  bytes.set(payload, header)
  sumIpv4(bytes)
  return bytes
}

/** Makes the checksum of the header right, whose length may be any. */
export function sumIpv4(bytes: Uint8Array): void {
  const header = Math.min((bytes[0]! & 15) * 4, bytes.length)
  if (header < 12) return
  put16(bytes, 10, 0)
  put16(bytes, 10, ~referenceSum(bytes.subarray(0, header)) & 0xffff)
}

export interface MadeUdp extends MadeIpv4 {
  readonly sourcePort?: number
  readonly destinationPort?: number
  readonly data?: Uint8Array
  /** Bytes of the IP payload behind the datagram. */
  readonly behind?: number
  readonly hasSum?: boolean
}

export function makeUdp(of: MadeUdp): Uint8Array {
  const { data = new Uint8Array(0), behind = 0 } = of
  const udp = new Uint8Array(8 + data.length + behind)
  put16(udp, 0, of.sourcePort ?? 5000)
  put16(udp, 2, of.destinationPort ?? 7)
  put16(udp, 4, 8 + data.length)
  udp.set(data, 8)
  const bytes = makeIpv4({ ...of, protocol: 17, payload: udp })
  if (of.hasSum ?? true) sumUdp(bytes)
  return bytes
}

/** Makes the checksum of a datagram right, as far as its lengths are. */
export function sumUdp(bytes: Uint8Array): void {
  const at = (bytes[0]! & 15) * 4
  const length = u16(bytes, at + 4)
  if (at + 8 > bytes.length || at + length > bytes.length || length < 8) return
  put16(bytes, at + 6, 0)
  const sum = ~referenceSum(bytes.subarray(at, at + length), pseudoOf(bytes, length)) & 0xffff
  put16(bytes, at + 6, sum === 0 ? 0xffff : sum)
}

/** The sum of the pseudo header of RFC 768, from its bytes. */
export function pseudoOf(bytes: Uint8Array, length: number): number {
  return referenceSum(Uint8Array.of(...bytes.subarray(12, 20), 0, bytes[9]!, length >> 8, length))
}

export interface MadeIcmp extends MadeIpv4 {
  readonly type: number
  readonly code?: number
  readonly word?: readonly number[]
  readonly data?: Uint8Array
}

export function makeIcmp(of: MadeIcmp): Uint8Array {
  const { data = new Uint8Array(0) } = of
  const message = Uint8Array.of(of.type, of.code ?? 0, 0, 0, ...(of.word ?? [0, 0, 0, 0]), ...data)
  put16(message, 2, ~referenceSum(message) & 0xffff)
  return makeIpv4({ ...of, protocol: 1, payload: message })
}

/** Makes the checksum of a message right, as far as its lengths are. */
export function sumIcmp(bytes: Uint8Array): void {
  const at = (bytes[0]! & 15) * 4
  const end = Math.min(u16(bytes, 2), bytes.length)
  if (at + 4 > end) return
  put16(bytes, at + 2, 0)
  put16(bytes, at + 2, ~referenceSum(bytes.subarray(at, end)) & 0xffff)
}
