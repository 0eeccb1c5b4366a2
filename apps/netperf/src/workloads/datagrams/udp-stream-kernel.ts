import { until, type Waiting, YIELD } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import { type DatagramSocket, Received, WOULD_BLOCK } from '@smpnet/socket'
import { type DatagramProgram, expectGood, NO_BUFFERS } from './datagram-pairs.ts'
import {
  DATA,
  END,
  LEAST_BYTES,
  lostParts,
  StreamCount,
  streamDatagram,
  streamName,
  wordAt,
} from './stream-datagrams.ts'

/**
 * How long a sender waits for the answer before it asks again, at first and at most: its question
 * may be lost, too, and many that ask at once are as a stream is.
 */
const AGAIN_MS = { first: 0.5, most: 16 }

/**
 * A stream of datagrams between kernel threads: what counts is what came while it was sent. Nothing
 * holds a sender back; after each window others of its CPU have a turn, as a clock tick would give
 * them on a CPU that has one.
 */
export const udpStreamKernel: DatagramProgram = {
  *server(td, socket, { size }, tally) {
    const message = new Uint8Array(size)
    const count = new StreamCount()
    const from = new Received()
    for (;;) {
      let got = socket.receiveSoon(td, message, 0, size, from)
      if (got === WOULD_BLOCK) got = yield* socket.receive(td, message, 0, size, from)
      expectGood(got)
      const answer = count.take(message)
      td.lot.memory.store(tally, count.stream)
      td.lot.memory.store(tally + 4, count.received)
      if (answer === undefined) continue
      const { length } = answer
      // An answer that is lost is asked for again.
      const told = yield* socket.sendTo(td, answer, 0, length, from.address, from.port)
      if (told !== NO_BUFFERS) expectGood(told)
    }
  },

  *client(td, socket, { size, window = 1 }, slice, tally) {
    const stream = streamName(slice.nowNs())
    const data = streamDatagram(stream, DATA, size)
    let sent = 0
    for (let isOver = false; !isOver; ) {
      for (let row = 0; row < window && !isOver; row++) {
        let result = socket.trySend(td, data)
        if (result === WOULD_BLOCK) result = yield* socket.send(td, data)
        // What is lost so is lost as by a receiver that is too slow.
        if (result !== NO_BUFFERS) expectGood(result)
        isOver = slice.done(++sent)
      }
      yield YIELD
    }
    slice.end()
    const { memory } = td.lot
    const isOwn = memory.load(tally) >>> 0 === stream
    const inTime = isOwn ? memory.load(tally + 4) : 0
    slice.record(lostParts(sent, yield* askUntilAnswered(td, socket, stream)))
    return inTime
  },
}

/** How many datagrams of a stream have come, as its receiver says. */
function* askUntilAnswered(td: Thread, socket: DatagramSocket, stream: number): Waiting<number> {
  const end = streamDatagram(stream, END)
  const answer = new Uint8Array(LEAST_BYTES)
  for (let timeoutMs = AGAIN_MS.first; ; timeoutMs = Math.min(2 * timeoutMs, AGAIN_MS.most)) {
    yield* socket.send(td, end)
    const limit = until(td, { timeoutMs })
    const got = yield* socket.receive(td, answer, 0, LEAST_BYTES, undefined, true, limit)
    if (got === LEAST_BYTES && wordAt(answer, 0) === stream) return wordAt(answer, 4)
  }
}
