import {
  type Address,
  type Arena,
  came,
  expectHandle,
  expectMethods,
  type HandleKind,
  type Memory,
  NIL,
  type TakeAllStack,
} from '@smpnet/memory'
import {
  ABORTED,
  awaiting,
  block,
  CHANGED,
  FOREVER,
  type Outcome,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { SocketMisuse } from './errors.ts'
import { Note, notesOf, POLLER } from './note.ts'
import { DIRECTION, POLLED } from './pair-layout.ts'
import { optionOf } from './socket-options.ts'
import type { StreamSocket } from './stream-socket.ts'

/** What a poller watches an end for; a sum of these. */
export const READABLE = 1
export const WRITABLE = 2
/**
 * Added to these: the end is returned for what has happened since it was looked at last, and not
 * for what was left of what it was returned for before. FreeBSD's EV_CLEAR, Linux's EPOLLET.
 */
export const EDGE = 4

const BOTH = READABLE | WRITABLE

interface Watched {
  readonly socket: StreamSocket
  readonly events: number
  /** From how many bytes on it is readable, and writable. */
  readonly receiveLow: number
  readonly sendLow: number
}

const PLACE: HandleKind = { of: 'a poller', fields: { at: 'address' } }

/**
 * Waits for the first of many ends that can be used without waiting, like kqueue and epoll.
 *
 * The thread that makes an end ready posts its note to the poller, so that a wait costs what is
 * ready and not what is watched. Readiness is by level: an end that was returned is looked at again
 * by the next wait, until it has been drained. With `EDGE` it is by edge: an end is looked at when
 * its note was posted, and then no more until it is posted again. A note may be posted before the
 * poller looks, which is once for both; and it says of an end watched for both events that one
 * of them may have come. So its user drains an end that was returned, and finds nothing at times.
 *
 * A note is taken as no longer posted before the end is looked at. What comes after the look posts
 * it anew, whether the end's user has drained it by then or not, so that no edge is missed.
 *
 * A poller belongs to one thread, and so do the ends it watches, as far as it watches them.
 */
export class Poller {
  readonly #notes: TakeAllStack
  readonly #asleep: Address
  readonly #lost: Address
  readonly #watched = new Map<Address, Watched>()
  /** Those that may be ready: told so by their notes, or ready when last looked at. */
  readonly #candidates = new Set<Watched>()
  #isWaiting = false

  private constructor(
    readonly memory: Memory,
    readonly at: Address,
  ) {
    this.#notes = notesOf(memory, at)
    this.#asleep = at + POLLER.offset.asleep
    this.#lost = at + POLLER.offset.lost
  }

  /** Places a poller, for good. Throws OutOfMemory when there is no room. */
  static create(arena: Arena): Poller {
    expectMethods('where a poller is placed', arena, ['place'])
    return new Poller(arena.memory, arena.place('poller', POLLER.size))
  }

  /** The poller that another thread has placed at `at`, for the one thread that uses it. */
  static open(memory: Memory, at: Address): Poller {
    expectHandle(PLACE, { at }, memory)
    return new Poller(memory, at)
  }

  /**
   * Watches an end for `events`, and tells a wait under way to look at it: what is there already is
   * the first edge. Never parks. Throws SocketMisuse if it is watched already or for nothing.
   */
  *add(td: Waiter, socket: StreamSocket, events: number): Waiting {
    expectEvents(events)
    while (!this.memory.settled()) yield SETTLE
    if (socket.note.isAssigned()) throw new SocketMisuse('this end is watched already')
    const receiveLow = optionOf(socket, 'SO_RCVLOWAT')
    const sendLow = optionOf(socket, 'SO_SNDLOWAT')
    const watched = { socket, events, receiveLow, sendLow }
    this.#watched.set(socket.note.at, watched)
    socket.note.assign(this.at)
    for (const want of wantsOf(watched)) this.memory.or(want, POLLED)
    if (socket.note.isLost()) socket.note.clear()
    yield* socket.note.post(td)
  }

  /** Watches an end no longer. To be done before the end is closed. Never parks. */
  *remove(socket: StreamSocket): Waiting {
    const watched = this.#watched.get(socket.note.at)
    if (watched === undefined) throw new SocketMisuse('this end is not watched')
    while (!this.memory.settled()) yield SETTLE
    for (const want of wantsOf(watched)) this.memory.and(want, ~POLLED)
    this.#watched.delete(socket.note.at)
    yield* socket.note.withdraw(() => this.#takeNotes())
    this.#candidates.delete(watched)
  }

  /**
   * The ends that are ready, at least one; none only when `wait` is false or the time is over. An
   * end whose peer has finished or gone is ready: using it says so. Throws the reason of the signal
   * if that ended the wait, and SocketMisuse when another is under way.
   */
  *wait(td: Waiter, wait = true, until: Until = FOREVER): Waiting<StreamSocket[]> {
    this.checkIdle()
    this.#isWaiting = true
    try {
      for (;;) {
        while (!this.memory.settled()) yield SETTLE
        this.#takeNotes()
        const ready = this.#ready()
        if (ready.length > 0 || !wait) return ready
        const outcome = yield* this.#sleep(td, until)
        if (outcome === ABORTED) until.signal?.throwIfAborted()
        if (outcome !== WOKEN && outcome !== CHANGED) return []
      }
    } finally {
      this.#isWaiting = false
    }
  }

  /** Throws SocketMisuse while a wait is under way. */
  checkIdle(): void {
    if (this.#isWaiting) throw new SocketMisuse('one wait at a time is on a poller: two came')
  }

  /** `wait`, blocking this thread. */
  waitSync(td: Waiter, until?: Until): StreamSocket[] {
    return block(td, this.wait(td, true, until))
  }

  /** `wait` without blocking the event loop. */
  async waitAsync(td: Waiter, until?: Until): Promise<StreamSocket[]> {
    return await awaiting(td, this.wait(td, true, until))
  }

  *#sleep(td: Waiter, until: Until): Waiting<Outcome> {
    const { memory } = this
    while (!memory.settled()) yield SETTLE
    memory.store(this.#asleep, 1)
    while (!memory.settled()) yield SETTLE
    const outcome =
      this.#notes.isEmpty() && memory.load(this.#lost) === 0
        ? yield* td.lot.park(td, this.#asleep, this.#asleep, 1, until)
        : WOKEN
    while (!memory.settled()) yield SETTLE
    memory.store(this.#asleep, 0)
    return outcome
  }

  #takeNotes(): void {
    for (let at = this.#notes.takeAll(); at !== NIL; ) {
      const next = this.#notes.after(at)
      new Note(this.memory, at).clear()
      const watched = this.#watched.get(at)
      if (watched !== undefined) this.#candidates.add(watched)
      at = next
    }
    if (this.memory.load(this.#lost) !== 0) this.#findLost()
  }

  /**
   * Looks for ends whose peers have ended, which are ready from then on, until they are removed.
   */
  #findLost(): void {
    this.memory.store(this.#lost, 0)
    for (const watched of this.#watched.values()) {
      if (watched.socket.note.isLost()) this.#candidates.add(watched)
    }
  }

  #ready(): StreamSocket[] {
    const ready: StreamSocket[] = []
    for (const watched of this.#candidates) {
      const isReadyNow = isReady(watched)
      if (isReadyNow) ready.push(watched.socket)
      if (!isReadyNow || (watched.events & EDGE) !== 0) this.#candidates.delete(watched)
    }
    return ready
  }
}

/** Throws SocketMisuse for what a poller cannot watch an end for. */
export function expectEvents(events: unknown): void {
  const isSum = Number.isInteger(events) && ((events as number) & ~(EDGE | BOTH)) === 0
  if (isSum && ((events as number) & BOTH) !== 0) return
  throw new SocketMisuse(
    `events are READABLE, WRITABLE or their sum, and EDGE beside them or not: ${came(events)} came`,
  )
}

function isReady({ socket, events, receiveLow, sendLow }: Watched): boolean {
  const { receiving, sending } = socket
  const isReadable = (events & READABLE) !== 0 && isEnough(receiving, receiveLow)
  if (isReadable) return true
  return (events & WRITABLE) !== 0 && (sending.space() >= sendLow || sending.isBroken())
}

/** Whether so many bytes are there, or no more come. */
function isEnough(receiving: StreamSocket['receiving'], low: number): boolean {
  return receiving.available() >= low || receiving.hasEnded()
}

/** The want words in which an end's poller is announced. */
function wantsOf({ socket, events }: Watched): Address[] {
  const wants: Address[] = []
  if (events & READABLE) wants.push(socket.receiving.at + DIRECTION.offset.wantData)
  if (events & WRITABLE) wants.push(socket.sending.at + DIRECTION.offset.wantSpace)
  return wants
}
