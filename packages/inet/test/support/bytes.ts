/** The bytes that hexadecimal digits say; white space between them means nothing. */
export function hex(text: string): Uint8Array {
  const digits = text.replaceAll(/\s/g, '')
  if (!/^([0-9a-f]{2})*$/.test(digits)) throw new RangeError(`pairs of digits: ${text} came`)
  return Uint8Array.from(digits.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}

/** The digits of bytes, four at a time. */
export function digits(bytes: Uint8Array): string {
  const all = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return (all.match(/.{1,4}/g) ?? []).join(' ')
}

/** RFC 1071 word by word, as its section 1 says it, going on from `initial`. */
export function referenceSum(bytes: Uint8Array, initial = 0): number {
  let sum = initial
  for (let i = 0; i < bytes.length; i += 2) {
    sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0)
    while (sum > 0xffff) sum = sum - 0x10000 + 1
  }
  return sum
}

/** Two bytes, and four, in network order. */
export function u16(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 256 + bytes[at + 1]!
}

export function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8
  bytes[at + 1] = value
}

/** `192.0.2.1` of the four bytes there. */
export function dotted(bytes: Uint8Array, at: number): string {
  return [...bytes.subarray(at, at + 4)].join('.')
}
