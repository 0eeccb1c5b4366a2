import { YIELD } from '@smpnet/park'
import { Received, WOULD_BLOCK } from '@smpnet/socket'
import { type DatagramProgram, expectGood, NO_BUFFERS } from './datagram-pairs.ts'

/** Request and response by datagrams between kernel threads; one clock read per round trip. */
export const udpRrKernel: DatagramProgram = {
  *server(td, socket, { size }) {
    const message = new Uint8Array(size)
    const from = new Received()
    for (;;) {
      let got = socket.receiveSoon(td, message, 0, size, from)
      if (got === WOULD_BLOCK) got = yield* socket.receive(td, message, 0, size, from)
      expectGood(got)
      for (;;) {
        let sent = socket.trySendTo(td, message, 0, got, from.address, from.port)
        if (sent === WOULD_BLOCK) {
          sent = yield* socket.sendTo(td, message, 0, got, from.address, from.port)
        }
        if (sent !== NO_BUFFERS && expectGood(sent) >= 0) break
        yield YIELD
      }
    }
  },

  /**
   * Nothing is lost between sockets that have one datagram each; but the queue of a netisr may have
   * no room for it, and then it is sent again.
   */
  *client(td, socket, { size }, slice) {
    const message = new Uint8Array(size)
    let trips = 0
    let sentNs = slice.nowNs()
    do {
      for (;;) {
        let sent = socket.trySend(td, message)
        if (sent === WOULD_BLOCK) sent = yield* socket.send(td, message)
        if (sent !== NO_BUFFERS && expectGood(sent) >= 0) break
        yield YIELD
      }
      let got = socket.receiveSoon(td, message)
      if (got === WOULD_BLOCK) got = yield* socket.receive(td, message)
      expectGood(got)
      const nowNs = slice.nowNs()
      slice.record(nowNs - sentNs)
      sentNs = nowNs
    } while (!slice.done(++trips))
    return trips
  },
}
