import { receiveRest, sendRest, type PairProgram } from './socket-pairs.ts'

/** Request and response between kernel threads; the clock is read once per round trip. */
export const rrKernel: PairProgram = {
  *server(td, socket, size) {
    const message = new Uint8Array(size)
    for (;;) {
      const got = socket.receiveSoon(td, message)
      if (got !== size) yield* receiveRest(td, socket, message, got)
      const sent = socket.trySend(td, message)
      if (sent !== size) yield* sendRest(td, socket, message, sent)
    }
  },

  *client(td, socket, size, slice) {
    const message = new Uint8Array(size)
    let trips = 0
    let sentNs = slice.nowNs()
    do {
      const sent = socket.trySend(td, message)
      if (sent !== size) yield* sendRest(td, socket, message, sent)
      const got = socket.receiveSoon(td, message)
      if (got !== size) yield* receiveRest(td, socket, message, got)
      const nowNs = slice.nowNs()
      slice.record(nowNs - sentNs)
      sentNs = nowNs
    } while (!slice.done(++trips))
    return trips
  },
}
