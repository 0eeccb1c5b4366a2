import { ILLEGAL } from '@smpnet/fsm'
import { type Address, NIL } from '@smpnet/memory'
import { SETTLE, type Until, type Waiter, type Waiting } from '@smpnet/park'
import { ERRNO, failed } from '../datagram/results.ts'
import { END } from '../life-table.ts'
import { abort } from './closing.ts'
import { ConnectionQueue } from './connection-queue.ts'
import { kindAt, setKind } from './kinds.ts'
import { highMark } from './marks.ts'
import { lookUp, nameOf } from './naming.ts'
import { copyOptions, hasOptions, optionWord } from './option-words.ts'
import { childState, takeFor, takeOutFor } from './queued.ts'
import { BY_OWNER, BY_PEER, holdByPeer } from './refs.ts'
import { sleep } from './sleep.ts'
import type { SockHandle } from './sock-home.ts'
import { SOCK } from './sock-layout.ts'
import { NOBODY, ownerOf, SockState } from './sock-state.ts'
import { misuse, SockView } from './sock-view.ts'
import { respace } from './space.ts'
import { holdBack } from './upcalls.ts'

const { guard: GUARDS } = END
const { peer: PEER, peerUse: PEER_USE } = SOCK.offset

/** Makes a socket a listener, with or without a name. Throws SocketMisuse. */
export function* listen(td: Waiter, view: SockView, backlog: number): Waiting {
  const { memory, state, handle } = view
  yield* view.move(td, 'none', 'listening')
  while (!memory.settled()) yield SETTLE
  const before = state.load()
  const isBound = before === END.state.BOUND || state.change('bind') !== ILLEGAL
  // Only now: a socket that listens already has a backlog, and a block of another use another's.
  if (isBound) new ConnectionQueue(memory, handle.at).open(backlog)
  const listens = isBound && state.change('listen') !== ILLEGAL
  yield* view.move(td, 'listening', 'none')
  if (!listens) throw misuse(before, 'bind')
}

/** Connects a socket to what has a name: 0 or a failure. Throws SocketMisuse. */
export function* connectByName(td: Waiter, view: SockView, name: Uint8Array): Waiting<number> {
  const { memory, state } = view
  const to = yield* lookUp(td, view, name)
  if (to !== undefined) return yield* connect(td, view, to)
  while (!memory.settled()) yield SETTLE
  if (state.look('connect') === ILLEGAL) throw misuse(state.load(), 'connect')
  return failed(ERRNO.ECONNREFUSED)
}

/** Connects a socket to a listener: 0 or a failure. Throws SocketMisuse. */
export function* connect(td: Waiter, view: SockView, to: SockHandle): Waiting<number> {
  const { home, memory, state, handle } = view
  const seen = yield* begin(td, view)
  const child = yield* home.alloc(td)
  if (seen !== ILLEGAL) yield* writeLate(td, view, seen)
  if (child === NIL) return yield* refused(td, view, ERRNO.ENOBUFS)
  const listener = new SockView(home, to)
  yield* inherit(td, listener, child)
  yield* join(td, view, child)
  const { refusal, dropped } = yield* enqueue(td, listener, child)
  if (dropped !== NIL)
    yield* abort(td, new SockView(home, { at: dropped, use: SockState.useOf(memory, dropped) }))
  if (refusal !== 0) {
    memory.store(handle.at + PEER, NIL)
    view.unjoin()
    yield* home.release(td, handle, BY_PEER)
    // That of this end, and that of the queue in which the child is not.
    const there = { at: child, use: SockState.useOf(memory, child) }
    for (const by of [BY_PEER, BY_OWNER]) yield* home.release(td, there, by)
    return yield* refused(td, view, refusal)
  }
  yield* view.move(td, 'none', 'state')
  while (!memory.settled()) yield SETTLE
  const joined = state.change('joined')
  yield* view.move(td, 'state', 'none')
  // An option that was set while there was no peer to look at, or meanwhile.
  if (hasOptions(memory, handle.at)) yield* respaceBoth(td, view)
  yield* listener.parts.acceptors.wake(td)
  return joined === ILLEGAL ? failed(ERRNO.ECONNRESET) : 0
}

/**
 * The state becomes CONNECTING. Where a scheme does not look again, a look is all that is taken
 * here, without a lock, and the row that it has found is written later, by `writeLate`.
 */
function* begin(td: Waiter, view: SockView): Waiting<number> {
  const { memory, state, home } = view
  if (home.scheme.looksAgain) {
    yield* view.change(td, 'state', 'connect')
    return ILLEGAL
  }
  while (!memory.settled()) yield SETTLE
  const row = state.look('connect')
  if (row === ILLEGAL) throw misuse(state.load(), 'connect')
  return row
}

/** soisconnecting: the state is written, whatever it has become since it was looked at. */
function* writeLate(td: Waiter, view: SockView, seen: number): Waiting {
  yield* view.move(td, 'none', 'state')
  while (!view.memory.settled()) yield SETTLE
  view.state.change('connect', ownerOf(td.lot.cpu), 0, seen)
  yield* view.move(td, 'state', 'none')
}

/** The options of a listener are those of its connections. */
function* inherit(td: Waiter, listener: SockView, child: Address): Waiting {
  const { memory, state, handle } = listener
  while (!memory.settled()) yield SETTLE
  if (!hasOptions(memory, handle.at)) return
  yield* listener.move(td, 'none', 'receive')
  while (!memory.settled()) yield SETTLE
  if (state.look('accept') !== ILLEGAL) copyOptions(memory, handle.at, child)
  yield* listener.move(td, 'receive', 'none')
}

function* respaceBoth(td: Waiter, view: SockView): Waiting {
  yield* respace(td, view, 'out')
  yield* respace(td, view, 'in')
}

/** In the protocol: the child, which nobody else knows yet, and this socket become peers. */
function* join(td: Waiter, view: SockView, child: Address): Waiting {
  const { memory, handle, parts } = view
  while (!memory.settled()) yield SETTLE
  setKind(memory, child, view.kind())
  childState(view, child).change('joined')
  memory.write(child + PEER_USE, handle.use)
  memory.store(child + PEER, handle.at)
  holdByPeer(memory, child)
  holdByPeer(memory, handle.at)
  const joint = view.joinTo(child)
  const { sending, returning } = joint
  const { peer } = joint
  memory.write(returning.words.space, highMark(memory, child, parts))
  yield* view.move(td, 'none', 'protocol')
  while (!memory.settled()) yield SETTLE
  memory.write(sending.words.space, highMark(memory, handle.at, peer))
  memory.write(handle.at + PEER_USE, SockState.useOf(memory, child))
  memory.store(handle.at + PEER, child)
  yield* view.move(td, 'protocol', 'none')
}

/** What comes of a connection at a listener: an errno or 0, and an older one that is to go. */
interface Queued {
  readonly refusal: number
  readonly dropped: Address
}

/** Queues a connection at a listener that listens, is of its kind and has room. */
function* enqueue(td: Waiter, listener: SockView, child: Address): Waiting<Queued> {
  const { memory, state, handle, home } = listener
  yield* listener.move(td, 'none', 'queue')
  while (!memory.settled()) yield SETTLE
  const isOpen = state.look('accept') !== ILLEGAL
  const isAlike = isOpen && kindAt(memory, handle.at) === kindAt(memory, child)
  const queue = new ConnectionQueue(memory, handle.at)
  const isQueued = isAlike && queue.admits()
  let dropped = NIL
  if (isQueued) {
    const filter = optionWord(memory, handle.at, 'filter')
    if (filter !== 0) {
      dropped = queue.oldestTooMany()
      if (dropped !== NIL) takeOutFor(td, listener, dropped)
      holdBack(home, child, handle)
    }
    childState(listener, child).give(NOBODY)
    queue.enter(child, filter)
  }
  yield* listener.move(td, 'queue', 'none')
  if (isQueued) return { refusal: 0, dropped }
  return { refusal: isOpen && !isAlike ? ERRNO.EPROTOTYPE : ERRNO.ECONNREFUSED, dropped }
}

function* refused(td: Waiter, view: SockView, errno: number): Waiting<number> {
  const isBound = (yield* nameOf(td, view)) !== undefined
  yield* view.change(td, 'state', 'refused', isBound ? GUARDS.isBound : 0)
  return failed(errno)
}

/**
 * Takes the oldest connection of a listener, waiting for one: its block, or NIL. Throws
 * SocketMisuse, and the reason of the signal.
 */
export function* accept(
  td: Waiter,
  view: SockView,
  wait: boolean,
  until: Until,
): Waiting<Address> {
  const { memory, state, handle, home } = view
  const { acceptors } = view.parts
  const queue = new ConnectionQueue(memory, handle.at)
  const queued = handle.at + SOCK.offset.queued
  for (let looks = home.looksFirst; ; looks = false) {
    while (!memory.settled()) yield SETTLE
    if (looks && state.look('accept') !== ILLEGAL && queue.isEmpty()) {
      if (!wait) return NIL
      td.spinWhile(queued, 0, until, state.at, memory.load(state.at))
    }
    yield* view.move(td, 'none', 'queue')
    while (!memory.settled()) yield SETTLE
    const found = state.load()
    const isOpen = found === END.state.LISTENING
    const child = isOpen ? takeFor(td, view) : NIL
    const word = isOpen && child === NIL && wait ? acceptors.sayWaiting() : 0
    yield* view.move(td, 'queue', 'none')
    if (!isOpen) throw misuse(found, 'accept')
    if (child !== NIL || !wait) return child
    if (!(yield* sleep(td, acceptors, word, until))) return NIL
  }
}
