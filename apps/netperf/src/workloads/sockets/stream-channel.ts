import type { Slice } from '@smpnet/testing'
import type { ChannelProgram } from '../../model/channel.ts'
import { ANSWER_BYTES, answerOf, countIn, LAST, MORE, streamMessage } from './stream-messages.ts'

/**
 * A one-way stream of messages over an event-loop channel, counted where it arrives: the last byte
 * of the last message says that it is the last, and the receiver answers with how many bytes came.
 */
export const streamChannel: ChannelProgram = {
  over: 'stream',

  serve(channel, { size }) {
    let received = 0
    channel.onBytes = (bytes) => {
      received += bytes.length
      if (received % size !== 0 || bytes[bytes.length - 1] !== LAST) return
      channel.write(answerOf(received))
      received = 0
    }
  },

  drive(channel, { size }, slice: Slice) {
    const more = streamMessage(size, MORE)
    return new Promise((resolve) => {
      let sent = 0
      const pump = () => {
        while (!slice.done(sent + 1)) {
          sent++
          if (!channel.write(more)) return
        }
        channel.onDrain = () => {}
        channel.write(streamMessage(size, LAST))
      }
      channel.onBytes = answerReader(resolve)
      channel.onDrain = pump
      pump()
    })
  },
}

/** Collects the bytes of the answer, which may come in pieces. */
function answerReader(done: (count: number) => void): (bytes: Uint8Array) => void {
  const answer = new Uint8Array(ANSWER_BYTES)
  let filled = 0
  return (bytes) => {
    answer.set(bytes, filled)
    filled += bytes.length
    if (filled === answer.length) done(countIn(answer))
  }
}
