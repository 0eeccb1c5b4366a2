import type { Slice } from '@smpnet/testing'
import type { ChannelProgram } from '../../model/channel.ts'
import {
  DATA,
  END,
  lostParts,
  StreamCount,
  streamDatagram,
  streamName,
  wordAt,
} from './stream-datagrams.ts'

/** How long a sender waits for the answer before it asks again: its question may be lost, too. */
const AGAIN_MS = 10

/**
 * A stream of datagrams over an event-loop channel. Nothing but the sender's own queue holds a
 * sender back; after each window its loop has a turn, in which a receiver on the same loop
 * receives. The receiver's last datagrams are waited for, in the time that is measured.
 */
export const udpStreamChannel: ChannelProgram = {
  over: 'datagrams',

  serve(channel) {
    const count = new StreamCount()
    channel.onBytes = (bytes) => {
      const answer = count.take(bytes)
      if (answer !== undefined) channel.write(answer)
    }
  },

  drive(channel, { size, window = 1 }, slice: Slice) {
    const stream = streamName(slice.nowNs())
    const data = streamDatagram(stream, DATA, size)
    const end = streamDatagram(stream, END)
    return new Promise((resolve) => {
      let sent = 0
      let asking: NodeJS.Timeout | undefined
      const ask = () => channel.write(end)
      const pump = () => {
        for (let row = 0; row < window; row++) {
          const goesOn = channel.write(data)
          if (slice.done(++sent)) {
            channel.onDrain = () => {}
            asking = setInterval(ask, AGAIN_MS)
            return void ask()
          }
          if (!goesOn) return
        }
        setImmediate(pump)
      }
      channel.onDrain = pump
      channel.onBytes = (bytes) => {
        if (asking === undefined || wordAt(bytes, 0) !== stream) return
        clearInterval(asking)
        asking = undefined
        const received = wordAt(bytes, 4)
        slice.record(lostParts(sent, received))
        resolve(received)
      }
      pump()
    })
  },
}
