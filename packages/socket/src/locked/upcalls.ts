import { ILLEGAL } from '@smpnet/fsm'
import type { Address } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { statesOf } from '../life-table.ts'
import { ConnectionQueue } from './connection-queue.ts'
import { filterOf, type HeldBack } from './options/accept-filters.ts'
import type { SockHome } from './sock-home.ts'
import { SOCK } from './sock-layout.ts'
import type { SockParts } from './sock-parts.ts'
import { SockState } from './sock-state.ts'
import { SockView } from './sock-view.ts'

/**
 * What is called when something has come to a socket, besides its sleepers: SB_UPCALL. A connection
 * that an accept filter holds back says that a receiver waits, though none does, so that a sender
 * that finds nobody waiting looks at nothing more.
 */

/** Wakes all that wait for what comes to a socket, with no lock held. */
export function* wakeReceivers(td: Waiter, home: SockHome, parts: SockParts): Waiting {
  yield* parts.receivers.wake(td)
  yield* callBack(td, home, parts)
}

/** Does what is to be done where something has come, after sleepers were woken. */
export function* callBack(td: Waiter, home: SockHome, parts: SockParts): Waiting {
  const { memory } = home
  while (!memory.settled()) yield SETTLE
  if (memory.load(parts.at + SOCK.offset.awaits) !== 0) yield* filter(td, home, parts)
}

/** Has a connection be complete that its filter lets through, or waits for more to come. */
function* filter(td: Waiter, home: SockHome, parts: SockParts): Waiting {
  const { memory } = home
  const { awaits: AWAITS, listener: LISTENER, listenerUse: USE } = SOCK.offset
  const child = new SockView(home, { at: parts.at, use: SockState.useOf(memory, parts.at) })
  // A sender sees that somebody waits, or what it has sent is seen here.
  parts.receivers.sayWaiting()
  yield* child.move(td, 'none', 'receive')
  while (!memory.settled()) yield SETTLE
  const asked = filterOf(memory.load(parts.at + AWAITS))
  const isReady = asked?.isReady(heldBack(child)) ?? false
  yield* child.move(td, 'receive', 'none')
  if (!isReady) return
  while (!memory.settled()) yield SETTLE
  const at = memory.load(parts.at + LISTENER)
  const listener = new SockView(home, { at, use: memory.load(parts.at + USE) })
  yield* listener.move(td, 'none', 'queue')
  while (!memory.settled()) yield SETTLE
  const queue = new ConnectionQueue(memory, at)
  const isThere = listener.state.look('accept') !== ILLEGAL && queue.all().includes(parts.at)
  const isHeld = isThere && memory.load(parts.at + AWAITS) !== 0
  if (isHeld) queue.complete(parts.at)
  yield* listener.move(td, 'queue', 'none')
  if (isHeld) yield* listener.parts.acceptors.wake(td)
}

const ALIVE = statesOf('CONNECTED', 'SEND_SHUT', 'RECEIVE_SHUT', 'BOTH_SHUT')

/** What has come to a socket: for the holder of its receive buffer. */
function heldBack({ memory, state, handle: { at } }: SockView): HeldBack {
  const { produced, consumed, ended } = SOCK.offset
  const bytes = (memory.load(at + produced) - memory.read(at + consumed)) | 0
  const isAlive = ((1 << state.load()) & ALIVE) !== 0
  return { bytes, mayGrow: isAlive && memory.read(at + ended) === 0 }
}

/** Has a connection, that is being queued, be held back: for the holder of the queue. */
export function holdBack(
  home: SockHome,
  child: Address,
  { at, use }: { readonly at: Address; readonly use: number },
): void {
  const { memory } = home
  memory.store(child + SOCK.offset.listener, at)
  memory.store(child + SOCK.offset.listenerUse, use)
  home.partsOf(child).receivers.sayWaiting()
}
