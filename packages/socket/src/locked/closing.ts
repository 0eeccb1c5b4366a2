import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { END } from '../life-table.ts'
import type { Sleepers } from '../sleepers.ts'
import { childState } from './connecting.ts'
import { ConnectionQueue } from './connection-queue.ts'
import { SOCK } from './sock-layout.ts'
import { SockState } from './sock-state.ts'
import { SockView } from './sock-view.ts'

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

/** Closes a socket; of a listener, resets what nobody has accepted. Throws SocketMisuse. */
export function* close(td: Waiter, view: SockView): Waiting {
  const actions = yield* view.change(td, 'state', 'close')
  if ((actions & ACTIONS.tellAcceptors) !== 0) yield* resetQueued(td, view)
  yield* end(td, view)
}

/** Closes a socket and resets its peer. Throws SocketMisuse. */
export function* abort(td: Waiter, view: SockView): Waiting {
  const actions = yield* view.change(td, 'state', 'abort')
  if ((actions & ACTIONS.resetPeer) !== 0) yield* resetPeer(td, view)
  yield* end(td, view)
}

/** What follows when the state says that the socket closes: all hear of it, and it is freed. */
function* end(td: Waiter, view: SockView): Waiting {
  const { home, handle, memory } = view
  yield* tell(td, view, true, true)
  while (!memory.settled()) yield SETTLE
  const joint = view.joint()
  yield* view.change(td, 'state', 'closed')
  if (joint !== undefined) yield* home.release(td, joint.peer.at)
  yield* home.release(td, handle.at)
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
  if (joint === undefined) return
  const { peer, sending, returning } = joint
  const asleep: Sleepers[] = []
  if (ends) {
    yield* view.move(td, 'none', 'out')
    memory.write(peer.at + SOCK.offset.ended, 1)
    while (!memory.settled()) yield SETTLE
    asleep.push(...[peer.receivers, sending.senders].filter((one) => one.isAwaited()))
  }
  yield* view.move(td, ends ? 'out' : 'none', breaks ? 'in' : 'none')
  if (breaks) {
    memory.write(returning.words.broken, 1)
    while (!memory.settled()) yield SETTLE
    asleep.push(...[parts.receivers, returning.senders].filter((one) => one.isAwaited()))
    yield* view.move(td, 'in', 'none')
  }
  for (const sleepers of asleep) yield* sleepers.wake(td)
}

/** The connections of a listener that nobody has accepted; none comes any more. */
function* resetQueued(td: Waiter, view: SockView): Waiting {
  const { memory, home, handle, parts } = view
  yield* view.move(td, 'none', 'queue')
  const left = new ConnectionQueue(memory, handle.at).takeAll()
  yield* view.move(td, 'queue', 'none')
  yield* parts.acceptors.wake(td)
  for (const at of left) {
    while (!memory.settled()) yield SETTLE
    yield* abort(td, new SockView(home, { at, use: SockState.useOf(memory, at) }))
  }
}

/** The peer's state becomes RESET, which one of its calls reports; if it is not over. */
function* resetPeer(td: Waiter, view: SockView): Waiting {
  const { memory } = view
  while (!memory.settled()) yield SETTLE
  const joint = view.joint()
  if (joint === undefined) return
  yield* view.move(td, 'none', 'peerState')
  while (!memory.settled()) yield SETTLE
  childState(view, joint.peer.at).change('reset')
  yield* view.move(td, 'peerState', 'none')
}
