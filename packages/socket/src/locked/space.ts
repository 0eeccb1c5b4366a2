import type { Address, Memory } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { statesOf } from '../life-table.ts'
import { highMark } from './marks.ts'
import { SOCK } from './sock-layout.ts'
import type { SockParts } from './sock-parts.ts'
import type { Joint, SockView } from './sock-view.ts'
import { wakeReceivers } from './upcalls.ts'

const JOINED = statesOf('CONNECTED', 'SEND_SHUT', 'RECEIVE_SHUT', 'BOTH_SHUT')

/** What a sender has space for, by what came and was taken: for the holder of the direction. */
export function spaceLeft(memory: Memory, sender: Address, receiver: SockParts): number {
  const { produced, consumed } = SOCK.offset
  const there = memory.load(receiver.at + produced) - memory.read(receiver.at + consumed)
  return highMark(memory, sender, receiver) - (there | 0)
}

/**
 * Whether a socket is joined to that peer, and in one of `states`. In a section of a direction it
 * stays so, and so does the block of the peer: whatever ends it passes through there first.
 */
export function isStillJoined(view: SockView, { peer }: Joint, states = JOINED): boolean {
  return ((1 << view.state.load()) & states) !== 0 && view.peerHandle()?.at === peer.at
}

/**
 * Counts anew what there is space for in a direction, since its marks may be others, and has those
 * that sleep for bytes or for space look again. It can be done again. A socket that is not joined
 * has no direction: its connect does this at its end.
 */
export function* respace(td: Waiter, view: SockView, direction: 'out' | 'in'): Waiting {
  const { memory, parts } = view
  while (!memory.settled()) yield SETTLE
  const joint = view.joint()
  if (joint === undefined) return
  const { peer } = joint
  const [sender, receiver] = direction === 'out' ? [parts, peer] : [peer, parts]
  const { words, senders } = direction === 'out' ? joint.sending : joint.returning
  yield* view.move(td, 'none', direction)
  while (!memory.settled()) yield SETTLE
  const isStill = isStillJoined(view, joint)
  if (isStill) memory.write(words.space, spaceLeft(memory, sender.at, receiver))
  while (!memory.settled()) yield SETTLE
  const [sends, receives] = [senders, receiver.receivers].map((one) => isStill && one.isAwaited())
  yield* view.move(td, direction, 'none')
  if (sends) yield* senders.wake(td)
  if (receives) yield* wakeReceivers(td, view.home, receiver)
}
