import { ILLEGAL } from '@smpnet/fsm'
import { NIL } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { END } from '../life-table.ts'
import type { Sleepers } from '../sleepers.ts'
import { lingerOf, lingers } from './lingering.ts'
import { forgetName } from './naming.ts'
import { hasOptions } from './option-words.ts'
import { childState, takeFor } from './queued.ts'
import { BY_OWNER, BY_PEER } from './refs.ts'
import { SOCK } from './sock-layout.ts'
import { SockState } from './sock-state.ts'
import { SockView } from './sock-view.ts'
import { wakeReceivers } from './upcalls.ts'

const { action: ACTIONS } = END

/** Sends nothing more: the peer's receivers come to the end. Throws SocketMisuse. */
export function* shutdown(td: Waiter, view: SockView): Waiting {
  const actions = yield* view.change(td, 'sendShut', 'shutdown')
  if ((actions & ACTIONS.tellReceiver) !== 0) yield* tell(td, view, true, false)
}

/** Receives nothing more: the peer's sends are refused. Throws SocketMisuse. */
export function* shutdownReceive(td: Waiter, view: SockView): Waiting {
  const actions = yield* view.change(td, 'state', 'shutdownReceive')
  if ((actions & ACTIONS.tellSender) !== 0) yield* tell(td, view, false, true)
}

/**
 * Closes a socket; of a listener, resets what nobody has accepted. 0, or WOULD_BLOCK when it has
 * lingered in vain. Throws SocketMisuse.
 */
export function* close(td: Waiter, view: SockView): Waiting<number> {
  while (!view.memory.settled()) yield SETTLE
  const { onoff, seconds } = lingerOf(view)
  if (onoff && seconds === 0 && view.state.look('abort') !== ILLEGAL) {
    yield* abort(td, view)
    return 0
  }
  const actions = yield* view.change(td, 'state', 'close')
  if ((actions & ACTIONS.tellAcceptors) !== 0) yield* resetQueued(td, view)
  yield* tell(td, view, true, true)
  const result = onoff && seconds > 0 ? yield* lingers(td, view, seconds) : 0
  yield* free(td, view)
  return result
}

/** Closes a socket and resets its peer. Throws SocketMisuse. */
export function* abort(td: Waiter, view: SockView): Waiting {
  const actions = yield* view.change(td, 'state', 'abort')
  if ((actions & ACTIONS.resetPeer) !== 0) yield* resetPeer(td, view)
  yield* end(td, view)
}

/** What follows when the state says that the socket closes: all hear of it, and it is freed. */
export function* end(td: Waiter, view: SockView): Waiting {
  yield* tell(td, view, true, true)
  yield* free(td, view)
}

/** What follows when all have heard. */
function* free(td: Waiter, view: SockView): Waiting {
  const { memory } = view
  yield* forgetName(td, view)
  while (!memory.settled()) yield SETTLE
  yield* view.change(td, 'state', 'closed')
  yield* letGo(td, view)
}

/** What a socket has that is FREED is let go, once however often this is done. */
export function* letGo(td: Waiter, view: SockView): Waiting {
  const { home, handle, memory } = view
  while (!memory.settled()) yield SETTLE
  const peer = view.peerHandle()
  if (peer !== undefined) yield* home.release(td, peer, BY_PEER)
  yield* home.release(td, handle, BY_OWNER)
}

/**
 * Goes through both directions, or one: the peer's receivers are to see the end, and its senders
 * that nobody takes more. Threads of this end that sleep there look at its state again. All that
 * changed the state come through here afterwards: what was under way in a direction has ended by
 * then, and what begins later sees the state.
 */
function* tell(td: Waiter, view: SockView, ends: boolean, breaks: boolean): Waiting {
  const { memory, parts } = view
  while (!memory.settled()) yield SETTLE
  const joint = view.joint()
  if (joint === undefined) return yield* passOptions(td, view)
  const { peer, sending, returning } = joint
  const asleep: Sleepers[] = []
  let hears = false
  if (ends) {
    yield* view.move(td, 'none', 'out')
    memory.write(peer.at + SOCK.offset.ended, 1)
    while (!memory.settled()) yield SETTLE
    hears = peer.receivers.isAwaited()
    if (sending.senders.isAwaited()) asleep.push(sending.senders)
  }
  yield* view.move(td, ends ? 'out' : 'none', breaks ? 'in' : 'none')
  if (breaks) {
    memory.write(returning.words.broken, 1)
    while (!memory.settled()) yield SETTLE
    asleep.push(...[parts.receivers, returning.senders].filter((one) => one.isAwaited()))
    yield* view.move(td, 'in', 'none')
  }
  for (const sleepers of asleep) yield* sleepers.wake(td)
  if (hears) yield* wakeReceivers(td, view.home, peer)
}

/** Of a socket without a peer: an option that is being set is set before its block is freed. */
function* passOptions(td: Waiter, view: SockView): Waiting {
  if (!hasOptions(view.memory, view.handle.at)) return
  yield* view.move(td, 'none', 'receive')
  yield* view.move(td, 'receive', 'none')
}

/** The connections of a listener that nobody has accepted; none comes any more. */
export function* resetQueued(td: Waiter, view: SockView): Waiting {
  const { memory, home, parts } = view
  yield* view.move(td, 'none', 'queue')
  while (!memory.settled()) yield SETTLE
  const left: SockView[] = []
  for (let child = takeFor(td, view, true); child !== NIL; child = takeFor(td, view, true)) {
    left.push(new SockView(home, { at: child, use: SockState.useOf(memory, child) }))
  }
  yield* view.move(td, 'queue', 'none')
  yield* parts.acceptors.wake(td)
  for (const one of left) yield* abort(td, one)
}

/** The peer's state becomes RESET, which one of its calls reports; if it is not over. */
export function* resetPeer(td: Waiter, view: SockView): Waiting {
  const { memory } = view
  while (!memory.settled()) yield SETTLE
  const joint = view.joint()
  if (joint === undefined) return
  yield* view.move(td, 'none', 'peerState')
  while (!memory.settled()) yield SETTLE
  childState(view, joint.peer.at).change('reset')
  yield* view.move(td, 'peerState', 'none')
}
