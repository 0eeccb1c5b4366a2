/** The byte at `place` of a stream: each place has its own, so that none can be lost or twice. */
export function byteAt(place, stream) {
  return ((place * 31) ^ (place >> 7) ^ (stream * 85)) & 255
}

/** Fills `bytes` with what stands from `place` on. */
export function fill(bytes, place, stream) {
  for (let i = 0; i < bytes.length; i++) bytes[i] = byteAt(place + i, stream)
}

/** How many of the first `count` bytes are not what stands from `place` on. */
export function wrongIn(bytes, count, place, stream) {
  let wrong = 0
  for (let i = 0; i < count; i++) if (bytes[i] !== byteAt(place + i, stream)) wrong++
  return wrong
}

/** How long the packet is that begins at `place`, from 1 to 512: a packet is known by it. */
export function lengthAt(place, stream) {
  return 1 + (Math.imul(place + stream, 0x9e3779b1) >>> 23)
}

/** Words of a worker: how many bytes it has received, and how many of them were wrong. */
export const [TAKEN, WRONG] = [0, 1]

/** What the supervisor sends, and what its peer does. */
export const [DOWN, UP] = [1, 2]
