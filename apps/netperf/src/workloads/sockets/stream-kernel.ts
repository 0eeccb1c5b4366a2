import { receiveRest, sendRest, type PairProgram } from './socket-pairs.ts'
import {
  ANSWER_BYTES,
  answerOf,
  countIn,
  LAST,
  MORE,
  RECEIVE_BYTES,
  streamMessage,
} from './stream-messages.ts'

/** The stream between kernel threads, counted and ended as it is over channels. */
export const streamKernel: PairProgram = {
  *server(td, socket, size) {
    const bytes = new Uint8Array(RECEIVE_BYTES)
    for (let received = 0; ; ) {
      let got = socket.tryReceive(td, bytes)
      if (got < 0) got = yield* socket.receive(td, bytes)
      received += got
      if (received % size !== 0 || bytes[got - 1] !== LAST) continue
      yield* socket.send(td, answerOf(received))
      received = 0
    }
  },

  *client(td, socket, size, slice) {
    const more = streamMessage(size, MORE)
    for (let sent = 0; !slice.done(sent + 1); sent++) {
      const given = socket.trySend(td, more)
      if (given !== size) yield* sendRest(td, socket, more, given)
    }
    yield* socket.send(td, streamMessage(size, LAST))
    const answer = new Uint8Array(ANSWER_BYTES)
    yield* receiveRest(td, socket, answer, 0)
    return countIn(answer)
  },
}
