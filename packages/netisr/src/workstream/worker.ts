import { NIL } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting, YIELD } from '@smpnet/park'
import type { Handler } from '../protocols/protocol.ts'
import { HELD, NOTHING, type Workstream } from './workstream.ts'

/**
 * Packets between two turns that a worker gives to others. It is more urgent than nearly all of
 * them, and a flood could keep it running for ever: its equals, and a live CPU's mail and alarms,
 * come in between.
 */
const PACKETS_PER_TURN = 64

/**
 * The body of a worker: the swi of FreeBSD's swi_net. It takes the whole queue of a protocol at
 * once and handles it without the lock, so that as many again may be queued meanwhile; then it
 * looks again. Of several protocols the lowest number comes first.
 */
export function* work(
  td: Waiter,
  stream: Workstream,
  handlerOf: (protocol: number) => Handler,
): Waiting<never> {
  for (;;) {
    yield* stream.untilScheduled(td)
    let [protocol, handled] = [0, 0]
    for (;;) {
      let next = stream.tryNext(protocol, handled)
      if (next === HELD) next = yield* stream.next(protocol, handled)
      if (next === NOTHING) break
      protocol = next
      handled = yield* handleAll(td, stream, protocol, handlerOf(protocol))
    }
    stream.spinWhileIdle(td)
  }
}

/** Handles all packets that wait for a protocol; how many they were. */
function* handleAll(
  td: Waiter,
  stream: Workstream,
  protocol: number,
  handler: Handler,
): Waiting<number> {
  const { memory, packets } = stream
  let handled = 0
  for (let packet = stream.taken(protocol); packet !== NIL; ) {
    const next = packets.nextPacket(packet)
    packets.setNextPacket(packet, NIL)
    while (!memory.settled()) yield SETTLE
    if (!handler.tryInput(td, packet)) yield* handler.input(td, packet)
    if (++handled % PACKETS_PER_TURN === 0) yield YIELD
    packet = next
  }
  return handled
}
