import { NIL } from '@smpnet/memory'
import {
  ABORTED,
  FOREVER,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
  SETTLE,
} from '@smpnet/park'
import { ConnectionRefused, NameInUse, NoNames, WrongKind } from './errors.ts'
import { expectJoined, type SocketKind } from './kinds.ts'
import { REFUSED } from './life.ts'
import { END } from './life-table.ts'
import { INCOMPLETE, NOBODY, OVERFLOW, type Taken } from './listen-queue.ts'
import { HELD, nameBytes } from './names.ts'
import { PAIR } from './pair-layout.ts'
import type { SocketZone } from './socket-zone.ts'
import { StreamSocket } from './stream-socket.ts'

/** How many connections a listener keeps for those that accept. */
export interface Backlog {
  /**
   * How many may be complete and not accepted; 128 unless told, FreeBSD's `kern.ipc.soacceptqueue`.
   */
  readonly backlog?: number
  /**
   * How many more may wait for that, each in its `connect`; as many as `backlog` unless told. With
   * 0, what comes when the backlog is full is refused at once, as FreeBSD's local sockets do.
   */
  readonly waiting?: number
}

/**
 * The local protocol: how a socket of a zone becomes one that listens or is connected, by a name.
 * There is no packet and no copy of state in it. A socket that connects is one end of a pair, whose
 * other end is born in the listener's queue, and accepting takes the pair out: from then on both
 * are what `pair` would have made.
 *
 * All are for threads. The states are checked by the table `END`.
 */

/** A new socket that this thread owns. Throws OutOfMemory. */
export function* createLocal(zone: SocketZone, kind?: SocketKind): Waiting<StreamSocket> {
  const { at, generation } = yield* zone.create(kind)
  return new StreamSocket(zone, { at, side: 0, generation }, kind)
}

/** Gives a socket a name. Throws NameInUse, NoNames, SocketMisuse, TypeError, RangeError. */
export function* bindLocal(zone: SocketZone, socket: StreamSocket, name: string): Waiting {
  const { memory, names } = zone
  const bytes = nameBytes(name)
  const { handle, life } = socket
  while (!memory.settled()) yield SETTLE
  life.check(life.load(), 'bind')
  const slot = yield* names.bind(bytes, handle, (number) => {
    memory.store(handle.at + PAIR.offset.name, number)
  })
  if (slot === 0) throw new NameInUse(name)
  if (slot < 0) throw new NoNames(names.handle.count)
  yield* life.step('bind')
}

/** From now on others may connect to the name of a socket. Throws SocketMisuse, RangeError. */
export function* listenLocal(
  zone: SocketZone,
  socket: StreamSocket,
  backlog: number,
  waiting: number,
): Waiting {
  const { life, handle, memory } = socket
  expectJoined(socket.kind)
  while (!memory.settled()) yield SETTLE
  life.check(life.load(), 'listen')
  yield* zone.queues.bound(handle.at, backlog, waiting)
  yield* life.step('listen')
}

/**
 * Connects a socket to the one that listens at a name. True when it is connected, which it is
 * before it is accepted; false when the time is over, and then it may be tried again. Throws
 * ConnectionRefused, also when the listener closes meanwhile, WrongKind, the reason of the signal,
 * SocketMisuse, TypeError and RangeError.
 */
export function* connectLocal(
  td: Waiter,
  zone: SocketZone,
  socket: StreamSocket,
  name: string,
  until: Until = FOREVER,
): Waiting<boolean> {
  const bytes = nameBytes(name)
  const { handle, life } = socket
  expectJoined(socket.kind)
  if (life.tryStep('connect') === REFUSED) yield* life.step('connect')
  let target = zone.names.tryFind(bytes)
  if (target === HELD) target = yield* zone.names.find(bytes)
  if (target !== undefined && zone.kindOf(target.at) !== socket.kind) {
    yield* life.step('refused')
    throw new WrongKind(name, socket.kind, zone.kindOf(target.at))
  }
  let result = NOBODY
  if (target !== undefined) {
    const to = [target.at, target.generation, handle.at, handle.generation] as const
    result = zone.queues.tryEnter(...to)
    if (result === HELD) result = yield* zone.queues.enter(...to)
  }
  if (target === undefined || result === NOBODY || result === OVERFLOW) {
    yield* life.step('refused')
    throw new ConnectionRefused(name, result === OVERFLOW)
  }
  if (result === INCOMPLETE) return yield* waitToBeJoined(td, zone, socket, name, until)
  const acceptors = zone.acceptorsOf(target.at)
  if (!acceptors.isToldNow()) yield* acceptors.tellAll(td)
  return true
}

function* waitToBeJoined(
  td: Waiter,
  zone: SocketZone,
  { life, handle, receiving, memory }: StreamSocket,
  name: string,
  until: Until,
): Waiting<boolean> {
  for (;;) {
    while (!memory.settled()) yield SETTLE
    const word = life.load()
    const state = life.stateIn(word)
    if (state === END.state.RESET) {
      yield* life.reports()
      throw new ConnectionRefused(name, false)
    }
    if (state !== END.state.CONNECTING) return true
    const outcome = yield* receiving.wantData.waitAmong(td, life.at, word, life.at, word, until)
    if (outcome === WOKEN || !(yield* zone.queues.leave(handle.at))) continue
    yield* life.step('refused')
    if (outcome === ABORTED) until.signal?.throwIfAborted()
    return false
  }
}

/**
 * The next connection of a socket that listens, or undefined when there is none and `wait` is
 * false, or the time is over. Throws the reason of the signal, and SocketMisuse.
 */
export function* acceptLocal(
  td: Waiter,
  zone: SocketZone,
  listener: StreamSocket,
  wait = true,
  until: Until = FOREVER,
): Waiting<StreamSocket | undefined> {
  const { life, handle, receiving, memory } = listener
  const { queues } = zone
  const arrived = queues.arrivedAt(handle.at)
  for (;;) {
    while (!memory.settled()) yield SETTLE
    const word = life.load()
    life.check(word, 'accept')
    const seen = memory.load(arrived)
    let taken = queues.tryTake(handle.at)
    if (taken === HELD) taken = yield* queues.take(handle.at)
    if (taken !== undefined) {
      if (taken.joined !== NIL) yield* tellJoined(td, zone, taken)
      const end = { at: taken.pair, side: 1, generation: taken.use } as const
      return new StreamSocket(zone, end, listener.kind)
    }
    if (!wait) return undefined
    if (td.spinWhile(arrived, seen, until, life.at, word)) continue
    const { wantData } = receiving
    const outcome = yield* wantData.waitAmong(td, arrived, seen, life.at, word, until)
    if (outcome === ABORTED) until.signal?.throwIfAborted()
    if (outcome !== WOKEN) return undefined
  }
}

/** Tells the connection that was joined in the place of the one taken. */
function* tellJoined(td: Waiter, zone: SocketZone, { joined, joinedUse }: Taken): Waiting {
  const other = new StreamSocket(zone, { at: joined, side: 1, generation: joinedUse })
  yield* other.sending.wantData.tellAll(td)
}
