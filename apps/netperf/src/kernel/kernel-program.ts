import type { StreamSocket } from '@smpnet/socket'
import type { Waiter, Waiting } from '@smpnet/sync'
import type { Slice } from '@smpnet/testing'

/** What a workload does in kernel threads; the same code on the live and the simulated machine. */
export interface KernelProgram {
  /** Answers forever; one thread for the lifetime of its socket. */
  server(td: Waiter, socket: StreamSocket, size: number): Waiting
  /** Runs one slice and returns what it counts. */
  client(td: Waiter, socket: StreamSocket, size: number, slice: Slice): Waiting<number>
}

/** Sends the rest of `bytes` after a `trySend` that sent only `sent` of them, or none. */
export function* sendRest(
  td: Waiter,
  socket: StreamSocket,
  bytes: Uint8Array,
  sent: number,
): Waiting {
  yield* socket.send(td, bytes, Math.max(sent, 0))
}

/** Fills the rest of `bytes` after a `tryReceive` that brought only `got`, or none. */
export function* receiveRest(
  td: Waiter,
  socket: StreamSocket,
  bytes: Uint8Array,
  got: number,
): Waiting {
  for (let filled = Math.max(got, 0); filled < bytes.length; ) {
    const taken = yield* socket.receive(td, bytes, filled)
    if (taken === 0) {
      throw new Error(`expected ${bytes.length} bytes, the other end closed after ${filled}`)
    }
    filled += taken
  }
}
