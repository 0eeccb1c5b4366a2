import type { Waiter, Waiting } from '@smpnet/park'
import type { LockedSocket, LockedSockets } from '@smpnet/socket/locked'
import type { Slice } from '@smpnet/testing'
import type { Rated } from './locked-settings.ts'
import type { SharedPair } from './open-sockets.ts'

/** What the threads of a pair do, the one that answers and the one that drives. */
interface Traffic {
  serve(td: Waiter, sockets: LockedSockets, pair: SharedPair, size: number): Waiting
  drive(
    td: Waiter,
    sockets: LockedSockets,
    pair: SharedPair,
    size: number,
    slice: Slice,
  ): Waiting<number>
}

/** A connection is made, used for a round trip, and closed. */
const CRR: Traffic = {
  *serve(td, sockets, { listener }, size) {
    const accepting = sockets.open(listener)
    const message = new Uint8Array(size)
    for (;;) {
      const socket = (yield* accepting.accept(td))!
      yield* fill(td, socket, message)
      yield* socket.send(td, message)
      yield* socket.receive(td, message)
      yield* socket.close(td)
    }
  },
  *drive(td, sockets, { listener }, size, slice) {
    const message = new Uint8Array(size)
    return yield* timed(slice, function* () {
      const socket = yield* sockets.create(td)
      const refused = yield* socket.connect(td, listener)
      if (refused !== 0) throw new Error(`expected a listener with room, got ${refused}`)
      yield* socket.send(td, message)
      yield* fill(td, socket, message)
      yield* socket.close(td)
    })
  },
}

export const TRAFFIC: Readonly<Record<Rated, Traffic>> = {
  rr: {
    *serve(td, sockets, { server }, size) {
      const socket = sockets.open(server!)
      const message = new Uint8Array(size)
      for (;;) {
        yield* fill(td, socket, message)
        yield* socket.send(td, message)
      }
    },
    *drive(td, sockets, { client }, size, slice) {
      const socket = sockets.open(client!)
      const message = new Uint8Array(size)
      return yield* timed(slice, function* () {
        yield* socket.send(td, message)
        yield* fill(td, socket, message)
      })
    },
  },

  stream: {
    *serve(td, sockets, { server }, size) {
      const socket = sockets.open(server!)
      const bytes = new Uint8Array(size)
      for (;;) yield* socket.receive(td, bytes)
    },
    *drive(td, sockets, { client }, size, slice) {
      const socket = sockets.open(client!)
      const message = new Uint8Array(size)
      return yield* timed(slice, () => socket.send(td, message))
    },
  },

  crr: CRR,
  'crr-one': CRR,
}

/** Does something again and again until the slice is done; the clock is read once for each. */
function* timed(slice: Slice, once: () => Waiting<unknown>): Waiting<number> {
  let count = 0
  let beganNs = slice.nowNs()
  do {
    yield* once()
    const nowNs = slice.nowNs()
    slice.record(nowNs - beganNs)
    beganNs = nowNs
  } while (!slice.done(++count))
  return count
}

/** Receives as many bytes as there is room for. */
function* fill(td: Waiter, socket: LockedSocket, to: Uint8Array): Waiting {
  for (let filled = 0; filled < to.length; ) {
    const got = yield* socket.receive(td, to, filled)
    if (got <= 0) throw new Error(`expected ${to.length} bytes, got ${filled} and then ${got}`)
    filled += got
  }
}
