import type { Address } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { enterMending, type SocketLock } from '../datagram/lock-schemes.ts'
import type { Area, LockPlace, LockRef, LockScheme } from './schemes/lock-scheme.ts'
import { SOCK } from './sock-layout.ts'

/** An area of one of both ends. */
type Need = readonly [Area, 'own' | 'peer']

/** What an operation touches at a time: areas of its own socket and of the peer's. */
const SECTIONS = {
  none: [],
  state: [['state', 'own']],
  sendShut: [['sendShut', 'own']],
  peerState: [['state', 'peer']],
  send: [['send', 'own']],
  receive: [['receive', 'own']],
  /** The direction in which this socket sends, through the protocol. */
  out: [
    ['protocol', 'own'],
    ['send', 'own'],
    ['receive', 'peer'],
  ],
  /** The direction in which it receives. */
  in: [
    ['protocol', 'own'],
    ['send', 'peer'],
    ['receive', 'own'],
  ],
  protocol: [['protocol', 'own']],
  queue: [['queue', 'own']],
  names: [['names', 'own']],
  /** Where a socket gets a name: the table, and its own state. */
  naming: [
    ['names', 'own'],
    ['state', 'own'],
  ],
  listening: [
    ['queue', 'own'],
    ['state', 'own'],
  ],
  sendIo: [['sendIo', 'own']],
  receiveIo: [['receiveIo', 'own']],
} as const satisfies Record<string, readonly Need[]>

export type SectionName = keyof typeof SECTIONS

/** The views of one socket's locks; one that its scheme does not have is not there. */
export type SockLocks = Readonly<Partial<Record<LockPlace, SocketLock>>>

/** A socket's block, and its locks. */
interface SectionSide {
  readonly at: Address
  readonly locks: SockLocks
}

/** How to come from one section to another. */
interface Plan {
  /** A lock that is tried first where order would have others let go: one of their own type. */
  readonly tries: LockRef | undefined
  readonly exits: readonly LockRef[]
  readonly enters: readonly LockRef[]
}

/**
 * Which locks an operation takes to go from one section to the next, by a scheme. A lock that both
 * need is kept, unless one that comes before it in the order has to be taken: then it is let go and
 * taken again, which is the unlock-and-relock on the way into the protocol. Two locks of one type
 * are taken the lower address first, and the other one is tried before anything is let go, as
 * FreeBSD's unp_pcb_lock_peer does.
 *
 * All plans are made when the scheme is opened; a move is a loop over the locks of one.
 */
export class Sections {
  static readonly #made = new WeakMap<LockScheme, Sections>()
  readonly #plans: Readonly<Record<string, readonly [Plan, Plan]>>

  /** The sections of a scheme, which are made once in each thread: they hold nothing else. */
  static of(scheme: LockScheme): Sections {
    const known = Sections.#made.get(scheme) ?? new Sections(scheme)
    Sections.#made.set(scheme, known)
    return known
  }

  private constructor(readonly scheme: LockScheme) {
    const names = Object.keys(SECTIONS) as SectionName[]
    const plans = names.flatMap((from) =>
      names.map((to) => {
        const both = [this.#plan(from, to, true), this.#plan(from, to, false)] as const
        return [`${from} ${to}`, both] as const
      }),
    )
    this.#plans = Object.fromEntries(plans)
  }

  /** Whether nothing has to be done to go there. */
  isSame(from: SectionName, to: SectionName): boolean {
    const [{ exits, enters }] = this.#plans[`${from} ${to}`]!
    return exits.length === 0 && enters.length === 0
  }

  /**
   * Leaves one section for another. Where the holder of a lock has died inside, `mend` makes the
   * queues whole that the lock protects: of the listener `at`, or of all of them.
   */
  *move(
    td: Waiter,
    from: SectionName,
    to: SectionName,
    own: SectionSide,
    peer: SectionSide,
    mend: (at: Address | undefined) => void,
  ): Waiting {
    const { tries, exits, enters } = this.#plans[`${from} ${to}`]![own.at < peer.at ? 0 : 1]
    if (tries !== undefined) {
      const word = (tries.of === 'own' ? own : peer).at + SOCK.offset[tries.lock as 'soLock']
      const { memory } = td.lot
      while (!memory.claimed(word)) yield SETTLE
      if (lockOf(tries, own, peer).tryEnter(td)) return
    }
    for (const ref of exits) {
      const lock = lockOf(ref, own, peer)
      if (!lock.tryExit(td)) yield* lock.exit(td)
    }
    for (const ref of enters) {
      const lock = lockOf(ref, own, peer)
      if (!lock.tryEnter(td)) yield* enterMending(td, lock, () => this.#mend(ref, own, peer, mend))
    }
  }

  /**
   * All else that a holder leaves half done is a word that others read whole, or bytes of space
   * that are missing until the burial.
   */
  #mend(
    ref: LockRef,
    own: SectionSide,
    peer: SectionSide,
    mend: (at: Address | undefined) => void,
  ): void {
    if (ref.lock !== this.scheme.areas.queue?.lock) return
    mend(ref.lock === 'accept' ? undefined : (ref.of === 'own' ? own : peer).at)
  }

  /** The locks of a section, outermost first. */
  locksOf(section: SectionName, isOwnFirst = true): LockRef[] {
    const { scheme } = this
    const needs: readonly Need[] = SECTIONS[section]
    const refs = needs.flatMap(([area, of]): LockRef[] => {
      const ref = scheme.areas[area]
      return ref === undefined ? [] : [turned(ref, of)]
    })
    const distinct = refs.filter((ref, i) => refs.findIndex((other) => isSame(ref, other)) === i)
    const first = isOwnFirst ? 'own' : 'peer'
    return distinct.toSorted((a, b) => {
      const ranks = this.#rank(a) - this.#rank(b)
      return ranks !== 0 ? ranks : Number(b.of === first) - Number(a.of === first)
    })
  }

  #plan(from: SectionName, to: SectionName, isOwnFirst: boolean): Plan {
    const held = this.locksOf(from, isOwnFirst)
    const wanted = this.locksOf(to, isOwnFirst)
    const has = (refs: readonly LockRef[], ref: LockRef) => refs.some((one) => isSame(one, ref))
    const first = wanted.findIndex((ref) => !has(held, ref))
    const late = first < 0 ? [] : wanted.slice(first)
    const enters = late
    const exits = held.filter((ref) => !has(wanted, ref) || has(late, ref)).toReversed()
    const fresh = late.filter((ref) => !has(held, ref))
    const given = exits.filter((ref) => has(wanted, ref))
    const isOfTheirType = given.every((ref) => this.#rank(ref) === this.#rank(fresh[0]!))
    const isToTry = fresh.length === 1 && given.length > 0 && given.length === exits.length
    return { tries: isToTry && isOfTheirType ? fresh[0] : undefined, exits, enters }
  }

  #rank({ lock }: LockRef): number {
    return this.scheme.order.findIndex(({ place }) => place === lock)
  }
}

function turned({ lock, of }: LockRef, side: 'own' | 'peer'): LockRef {
  return { lock, of: of === side ? 'own' : 'peer' }
}

/** A lock that all share is one, whosever socket it is asked of. */
function isSame(one: LockRef, other: LockRef): boolean {
  return one.lock === other.lock && (isShared(one.lock) || one.of === other.of)
}

function isShared(lock: LockPlace): boolean {
  return lock === 'accept' || lock === 'names'
}

function lockOf({ lock, of }: LockRef, own: SectionSide, peer: SectionSide): SocketLock {
  return (of === 'own' ? own : peer).locks[lock]!
}
