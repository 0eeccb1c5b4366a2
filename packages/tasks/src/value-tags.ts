/** What a value is, in the byte before it. */
export const Tag = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  int: 4,
  float: 5,
  string: 6,
  bigint: 7,
  array: 8,
  object: 9,
  view: 10,
  date: 11,
  map: 12,
  set: 13,
  error: 14,
  /** A SharedArrayBuffer, by its number. */
  shared: 15,
  /** A view of one. */
  sharedView: 16,
} as const

/** Bytes of a text up to which it costs less to go through them than to call the host's coders. */
export const SHORT = 24

/** The views of bytes that can be sent, by the number that stands for them. */
export const VIEWS = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const
