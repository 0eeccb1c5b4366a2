import { ILLEGAL } from '@smpnet/fsm'
import { type Address, type Memory, NIL } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { ERRNO, failed } from '../datagram/results.ts'
import { SocketMisuse, WOULD_BLOCK } from '../errors.ts'
import { END, type EndEvent, statesOf } from '../life-table.ts'
import type { Sleepers } from '../sleepers.ts'
import { ConnectionQueue } from './connection-queue.ts'
import { kindAt, type SocketKind } from './kinds.ts'
import type { SectionName } from './sections.ts'
import type { SockHandle, SockHome } from './sock-home.ts'
import { type SendWords, SOCK } from './sock-layout.ts'
import type { SockParts } from './sock-parts.ts'
import { ownerOf, SockState } from './sock-state.ts'

const { action: ACTIONS } = END

/** Of a look at the state, besides failures: the call is illegal, or has an error to report. */
export const MISUSE = -2
const REPORT = -3

/** States in which a socket has no peer, or may lose the one that it has. */
const UNJOINED = statesOf('CREATED', 'BOUND', 'LISTENING', 'CONNECTING')

/** What one end sends by. */
interface SendSide {
  readonly words: SendWords
  readonly senders: Sleepers
}

/** The other end, and the words by which this one sends to it and it to this one. */
export interface Joint {
  readonly peer: SockParts
  readonly sending: SendSide
  readonly returning: SendSide
}

/**
 * One use of a socket as one thread sees it, and what all of its calls are made of: going from
 * section to section, and changing the state in one.
 */
export class SockView {
  readonly memory: Memory
  readonly state: SockState
  readonly parts: SockParts
  #joint: Joint | undefined
  #kind: SocketKind | undefined
  /** The state in which a call was illegal, for its sentence. */
  #illegalIn = 0

  constructor(
    readonly home: SockHome,
    readonly handle: SockHandle,
  ) {
    const { memory, scheme } = home
    this.memory = memory
    this.state = new SockState(memory, scheme, handle.at, handle.use)
    this.parts = home.partsOf(handle.at)
  }

  /** The kind of the socket; its CPU has settled. */
  kind(): SocketKind {
    return (this.#kind ??= kindAt(this.memory, this.handle.at))
  }

  /** Goes from one section to another. */
  *move(td: Waiter, from: SectionName, to: SectionName): Waiting {
    const { home, parts } = this
    const { sections } = home
    if (sections.isSame(from, to)) return
    const peer = this.#joint?.peer ?? parts
    yield* sections.move(td, from, to, parts, peer, this.#mend)
  }

  readonly #mend = (at: Address | undefined): void => {
    const listeners = at === undefined ? this.home.born() : [at]
    for (const one of listeners) new ConnectionQueue(this.memory, one).mend()
  };

  /** Changes the state in a section of its own, and gives the actions. Throws SocketMisuse. */
  *change(
    td: Waiter,
    section: 'state' | 'sendShut',
    event: EndEvent,
    guards = 0,
  ): Waiting<number> {
    const { memory, state } = this
    yield* this.move(td, 'none', section)
    while (!memory.settled()) yield SETTLE
    const actions = state.change(event, ownerOf(td.lot.cpu), guards)
    const found = actions === ILLEGAL ? state.load() : 0
    yield* this.move(td, section, 'none')
    if (actions === ILLEGAL) throw misuse(found, event)
    return actions
  }

  /**
   * The other end, once there is one; the caller has settled. A socket that connects has none yet:
   * its connect may be refused, and then the block is another's. For `throwMisuse`, its state is
   * noted where there is none.
   */
  joint(): Joint | undefined {
    if (this.#joint !== undefined) return this.#joint
    const state = this.state.load()
    this.#illegalIn = state
    if (((1 << state) & UNJOINED) !== 0) return undefined
    const peer = this.memory.load(this.handle.at + SOCK.offset.peer)
    return peer === NIL ? undefined : this.joinTo(peer)
  }

  joinTo(peer: Address): Joint {
    const { parts, home } = this
    const { scheme } = home
    const other = home.partsOf(peer)
    const sending = parts.sending(scheme, other)
    return (this.#joint = { peer: other, sending, returning: other.sending(scheme, parts) })
  }

  /** The other end's block and its use, of a socket that has one; the caller has settled. */
  peerHandle(): SockHandle | undefined {
    const { memory, handle } = this
    const at = memory.load(handle.at + SOCK.offset.peer)
    return at === NIL ? undefined : { at, use: memory.read(handle.at + SOCK.offset.peerUse) }
  }

  unjoin(): void {
    this.#joint = undefined
  }

  /**
   * What a look at the state comes to, for a holder of the section: 0, or MISUSE, or what `refuse`
   * takes.
   */
  refusal(event: EndEvent, guards = 0): number {
    const row = this.state.look(event, guards)
    if (row === ILLEGAL) return this.isMisused()
    const actions = END.actionsOf(row)
    if ((actions & ACTIONS.report) !== 0) return REPORT
    return (actions & (ACTIONS.refuse | ACTIONS.end)) !== 0 ? WOULD_BLOCK : 0
  }

  /**
   * Lets go of a section with what was found there: what is `over`, or the error, which one call
   * reports. FreeBSD 5 to 11 cleared so_error under whichever buffer's mutex a call held.
   */
  *refuse(td: Waiter, section: SectionName, refusal: number, over: number): Waiting<number> {
    const { memory, state, home } = this
    if (refusal !== REPORT) {
      yield* this.move(td, section, 'none')
      return refusal === WOULD_BLOCK ? over : refusal
    }
    const at = home.scheme.looksAgain ? 'state' : section
    if (at !== section) {
      yield* this.move(td, section, 'none')
      yield* this.move(td, 'none', at)
    }
    while (!memory.settled()) yield SETTLE
    const actions = state.change('reported')
    const result = actions === ILLEGAL ? this.isMisused() : over
    yield* this.move(td, at, 'none')
    if (actions === ILLEGAL || (actions & ACTIONS.refuse) !== 0) return result
    return failed(ERRNO.ECONNRESET)
  }

  /** Notes in which state a call is illegal. */
  isMisused(): number {
    this.#illegalIn = this.state.load()
    return MISUSE
  }

  /** Throws SocketMisuse for the call that was found illegal last. */
  throwMisuse(event: EndEvent): never {
    throw misuse(this.#illegalIn, event)
  }
}

export function misuse(state: number, event: EndEvent): SocketMisuse {
  return new SocketMisuse(END.sentence(END.states[state]!, event))
}
