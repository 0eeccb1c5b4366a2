import { NIL } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting, YIELD } from '@smpnet/park'
import type { Registered } from '../protocols/registry.ts'
import type { Latencies } from '../latency/latencies.ts'
import { type Batch, HELD, NOTHING, type Workstream } from './workstream.ts'

/**
 * Packets between two turns that a worker gives to others. It is more urgent than nearly all of
 * them, and a flood could keep it running for ever: its equals, and a live CPU's mail and alarms,
 * come in between.
 */
const PACKETS_PER_TURN = 64

/** What a worker has from the netisr of its isolate. */
export interface WorkerParts {
  readonly knownOf: (protocol: number) => Registered
  /** Hears of what a handler throws; without it the worker throws that on. */
  readonly onError?: ((error: unknown, protocol: string) => void) | undefined
  readonly latencies?: Latencies | undefined
}

/**
 * The body of a worker: the swi of FreeBSD's swi_net. It takes the whole queue of a protocol at
 * once and handles it without the lock, so that as many again may be queued meanwhile; then it
 * tells the protocol that its queue is drained (nh_drainedcpu), and looks again.
 */
export function* work(td: Waiter, stream: Workstream, parts: WorkerParts): Waiting<never> {
  for (;;) {
    yield* stream.untilScheduled(td)
    const batch: Batch = { protocol: 0, handled: 0, failed: 0 }
    for (;;) {
      let next = stream.tryNext(batch)
      if (next === HELD) next = yield* stream.next(batch)
      if (next === NOTHING) break
      batch.protocol = next
      yield* handleAll(td, stream, batch, parts)
      parts.knownOf(next).drained?.(td.cpu)
    }
    stream.spinWhileIdle(td)
  }
}

/** Handles all packets that wait for the protocol of `batch`; notes there how many they were. */
function* handleAll(td: Waiter, stream: Workstream, batch: Batch, parts: WorkerParts): Waiting {
  const { memory, packets } = stream
  const { handler, name } = parts.knownOf(batch.protocol)
  batch.handled = batch.failed = 0
  for (let packet = stream.taken(batch.protocol); packet !== NIL; ) {
    const next = packets.nextPacket(packet)
    packets.setNextPacket(packet, NIL)
    while (!memory.settled()) yield SETTLE
    parts.latencies?.begins(td.cpu, packet)
    try {
      if (!handler.tryInput(td, packet)) yield* handler.input(td, packet)
    } catch (error) {
      if (parts.onError === undefined) throw error
      batch.failed++
      parts.onError(error, name)
    }
    if (++batch.handled % PACKETS_PER_TURN === 0) yield YIELD
    packet = next
  }
}
