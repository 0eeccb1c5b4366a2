import type { Slice } from '@smpnet/testing'
import type { ChannelProgram } from '../../model/channel.ts'

/**
 * Request and response over an event-loop channel: one message there, one of the same size back.
 * The clock is read once per round trip; the end of one is the start of the next.
 */
export const rrChannel: ChannelProgram = {
  over: 'stream',

  serve(channel, { size }) {
    const reply = new Uint8Array(size)
    let missing = size
    channel.onBytes = (bytes) => {
      missing -= bytes.length
      if (missing > 0) return
      missing = size
      channel.write(reply)
    }
  },

  drive(channel, { size }, slice: Slice) {
    const request = new Uint8Array(size)
    return new Promise((resolve) => {
      let missing = size
      let trips = 0
      let sentNs = slice.nowNs()
      channel.onBytes = (bytes) => {
        missing -= bytes.length
        if (missing > 0) return
        missing = size
        const nowNs = slice.nowNs()
        slice.record(nowNs - sentNs)
        sentNs = nowNs
        if (slice.done(++trips)) resolve(trips)
        else channel.write(request)
      }
      channel.write(request)
    })
  },
}
