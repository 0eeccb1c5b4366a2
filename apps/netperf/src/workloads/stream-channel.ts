import type { Slice } from '@smpnet/testing'
import type { ChannelProgram } from '../baselines/channel.ts'

/** Last byte of every message but the last one, and of the last. */
const MORE = 0
const LAST = 1

/**
 * A one-way stream of messages over an event-loop channel, counted where it arrives: the last byte
 * of the last message says that it is the last, and the receiver answers with how many bytes came.
 */
export const streamChannel: ChannelProgram = {
  serve(channel, size) {
    let received = 0
    channel.onBytes = (bytes) => {
      received += bytes.length
      if (received % size !== 0 || bytes[bytes.length - 1] !== LAST) return
      channel.write(countBytes(received))
      received = 0
    }
  },

  drive(channel, size, slice: Slice) {
    const more = new Uint8Array(size).fill(MORE)
    const last = new Uint8Array(size).fill(MORE)
    last[size - 1] = LAST
    return new Promise((resolve) => {
      let sent = 0
      const pump = () => {
        while (!slice.done(sent + 1)) {
          sent++
          if (!channel.write(more)) return
        }
        channel.onDrain = () => {}
        channel.write(last)
      }
      channel.onBytes = countReader(resolve)
      channel.onDrain = pump
      pump()
    })
  },
}

/** A count as the eight bytes that answer a stream. */
export function countBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, count)
  return bytes
}

/** Collects the eight bytes, which may come in pieces. */
function countReader(done: (count: number) => void): (bytes: Uint8Array) => void {
  const answer = new Uint8Array(8)
  let filled = 0
  return (bytes) => {
    answer.set(bytes, filled)
    filled += bytes.length
    if (filled === answer.length) done(new DataView(answer.buffer).getFloat64(0))
  }
}
