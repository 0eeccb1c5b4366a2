/** The name of the supervisor's socket. */
export const HERE = 'the supervisor'
/** Bytes of a datagram, at most, without those that say where they belong. */
export const MOST = 200

/** Bytes with the place before them at which they stand. */
export function withPlace(place, bytes) {
  const whole = new Uint8Array(4 + bytes.length)
  new DataView(whole.buffer).setUint32(0, place, true)
  whole.set(bytes, 4)
  return whole
}

export function placeOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
}
