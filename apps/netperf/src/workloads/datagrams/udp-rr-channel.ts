import type { Slice } from '@smpnet/testing'
import type { ChannelProgram } from '../../model/channel.ts'

/** After how long an unanswered request is sent once more; loopback loses next to none. */
const AGAIN_MS = 100

/**
 * Request and response over a channel of datagrams. The first byte numbers a request, and its
 * answer has it, too: an answer to a request that was sent twice is not taken for the next one's.
 * The clock is read once per round trip, and a trip with a lost datagram counts as long as it took.
 */
export const udpRrChannel: ChannelProgram = {
  over: 'datagrams',

  serve(channel, { size }) {
    const reply = new Uint8Array(size)
    channel.onBytes = (bytes) => {
      reply[0] = bytes[0] as number
      channel.write(reply)
    }
  },

  drive(channel, { size }, slice: Slice) {
    const request = new Uint8Array(size)
    return new Promise((resolve) => {
      let trips = 0
      let looked = -1
      let sentNs = slice.nowNs()
      const again = setInterval(() => {
        if (looked === trips) channel.write(request)
        looked = trips
      }, AGAIN_MS)
      channel.onBytes = (bytes) => {
        if (bytes[0] !== request[0]) return
        const nowNs = slice.nowNs()
        slice.record(nowNs - sentNs)
        sentNs = nowNs
        if (slice.done(++trips)) {
          clearInterval(again)
          resolve(trips)
          return
        }
        request[0] = trips
        channel.write(request)
      }
      channel.write(request)
    })
  },
}
