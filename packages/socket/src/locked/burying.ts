import { ILLEGAL } from '@smpnet/fsm'
import type { Address } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { END, statesOf } from '../life-table.ts'
import { end, letGo, resetPeer, resetQueued } from './closing.ts'
import { ConnectionQueue } from './connection-queue.ts'
import { BY_PEER } from './refs.ts'
import type { SockHome } from './sock-home.ts'
import { SOCK } from './sock-layout.ts'
import { NOBODY, ownerOf, SockState } from './sock-state.ts'
import { SockView } from './sock-view.ts'
import { isStillJoined, spaceLeft } from './space.ts'
import { callBack } from './upcalls.ts'

/**
 * How the sockets of a thread that has ended are closed, wherever in a call it ended.
 *
 * A lock that it held goes to the next that enters, which mends a queue then, since that may be
 * torn. All else that it left half done says too little and nothing wrong: space that is missing,
 * a flag that is not set, a sleeper that was not woken, a reference that was not let go. So the
 * burial goes through all sockets and does again what their states say is to be done, by code that
 * may be done again.
 *
 * The owner of a socket is written by the change by which the socket becomes its own: a connection
 * is nobody's while it is in a queue, and an acceptor's before it is taken out. What the dead took
 * out in words, and not in truth, is put back first.
 */
export function* bury(td: Waiter, home: SockHome, thread: number): Waiting {
  const dead = ownerOf(thread)
  if (dead !== NOBODY) {
    const queued = yield* putBack(td, home)
    for (const view of yield* viewsOf(home)) {
      if (view.state.owner() === dead) yield* adoptOrphan(view, dead, queued)
    }
    for (const view of yield* viewsOf(home)) {
      if (view.state.owner() === dead) yield* buryOne(td, view, dead)
    }
  }
  for (const view of yield* viewsOf(home)) yield* settle(td, view)
}

/** All sockets that are born, as they are now. */
function* viewsOf(home: SockHome): Waiting<SockView[]> {
  const { memory } = home
  while (!memory.settled()) yield SETTLE
  return home.born().map((at) => new SockView(home, { at, use: SockState.useOf(memory, at) }))
}

/** Listeners, and those that are being closed: it may be that not all have left their queue. */
const QUEUING = statesOf('LISTENING', 'DISCONNECTING')

/** All connections that are in a queue, which are nobody's. */
function* putBack(td: Waiter, home: SockHome): Waiting<ReadonlySet<Address>> {
  const { memory } = home
  const queued = new Set<Address>()
  for (const view of yield* viewsOf(home)) {
    if (!isIn(view, QUEUING)) continue
    yield* view.move(td, 'none', 'queue')
    while (!memory.settled()) yield SETTLE
    for (const child of new ConnectionQueue(memory, view.handle.at).all()) {
      new SockState(memory, home.scheme, child, SockState.useOf(memory, child)).give(NOBODY)
      queued.add(child)
    }
    yield* view.move(td, 'queue', 'none')
  }
  return queued
}

/** What a thread that connected was about to put into a queue when it ended is the thread's. */
function* adoptOrphan(view: SockView, dead: number, queued: ReadonlySet<Address>): Waiting {
  const { memory, home, state } = view
  while (!memory.settled()) yield SETTLE
  const peer = view.peerHandle()
  if (state.load() !== END.state.CONNECTING || peer === undefined || queued.has(peer.at)) return
  const other = new SockState(memory, home.scheme, peer.at, peer.use)
  if (other.owner() === NOBODY) other.give(dead)
}

/** States in which the peer is told of nothing but the end. */
const QUIET = statesOf('RESET', 'DISCONNECTED', 'DISCONNECTING')

/** Closes a socket of the dead, or goes on where the dead had come to. */
function* buryOne(td: Waiter, view: SockView, dead: number): Waiting {
  const { memory, home, handle, state } = view
  yield* view.move(td, 'none', 'state')
  while (!memory.settled()) yield SETTLE
  const isQuiet = isIn(view, QUIET)
  const isOver = state.load() === END.state.FREED
  const actions = state.change('bury', dead)
  yield* view.move(td, 'state', 'none')
  // Another thread, that lives, has closed it meanwhile.
  if (actions === ILLEGAL) return
  if (!isOver) {
    yield* wakeAll(td, view)
    if (!isQuiet) yield* resetPeer(td, view)
    yield* resetQueued(td, view)
    yield* end(td, view)
  } else {
    yield* letGo(td, view)
  }
  while (!memory.settled()) yield SETTLE
  const peer = view.peerHandle()
  // An end that never got to know of this one, as its connect was refused, lets nothing go.
  if (peer === undefined || memory.load(peer.at + SOCK.offset.peer) === handle.at) return
  yield* home.release(td, handle, BY_PEER)
}

const SENDS_NO_MORE = statesOf('SEND_SHUT', 'BOTH_SHUT')
const TAKES_NO_MORE = statesOf('RECEIVE_SHUT', 'BOTH_SHUT')

/** Does again what a socket's state says is done, and wakes all that sleep there. */
function* settle(td: Waiter, view: SockView): Waiting {
  const { memory } = view
  while (!memory.settled()) yield SETTLE
  const joint = view.joint()
  if (joint !== undefined) {
    const { peer, sending, returning } = joint
    const isStill = (states?: number): boolean => isStillJoined(view, joint, states)
    yield* view.move(td, 'none', 'out')
    while (!memory.settled()) yield SETTLE
    if (isStill()) memory.write(sending.words.space, spaceLeft(memory, view.handle.at, peer))
    if (isStill(SENDS_NO_MORE)) memory.write(peer.at + SOCK.offset.ended, 1)
    yield* view.move(td, 'out', 'in')
    while (!memory.settled()) yield SETTLE
    if (isStill(TAKES_NO_MORE)) memory.write(returning.words.broken, 1)
    yield* view.move(td, 'in', 'none')
  }
  yield* wakeAll(td, view)
}

/** Wakes all that sleep in a socket, or in sending on it, to look again. */
function* wakeAll(td: Waiter, view: SockView): Waiting {
  while (!view.memory.settled()) yield SETTLE
  const { parts } = view
  const senders = view.joint()?.sending.senders
  for (const sleepers of [parts.receivers, parts.acceptors]) yield* sleepers.wakeSurely(td)
  if (senders !== undefined) yield* senders.wakeSurely(td)
  yield* callBack(td, view.home, parts)
}

function isIn({ state }: SockView, states: number): boolean {
  return ((1 << state.load()) & states) !== 0
}
