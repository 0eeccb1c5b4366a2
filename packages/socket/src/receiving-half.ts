import { type Address, type Memory, work } from '@smpnet/memory'
import {
  ABORTED,
  FOREVER,
  PREEMPT,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import type { Buffers } from './buffers.ts'
import { ConnectionReset, RESET, SocketMisuse, WOULD_BLOCK } from './errors.ts'
import { DIRECTION } from './pair-layout.ts'
import type { Want } from './want.ts'
import { COPIED, DONE, Half, LOOKED, NOTHING, PREEMPTS, REFUSED, SPUN } from './half.ts'
import type { Life } from './life.ts'
import { END } from './life-table.ts'

const RECEIVE = work('socket-receive')

/** A direction as its receiver uses it. */
export class ReceivingHalf extends Half {
  constructor(
    memory: Memory,
    at: Address,
    life: Life,
    buffers: Buffers,
    wantData: Want,
    wantSpace: Want,
  ) {
    const { received, sent } = DIRECTION.offset
    super(memory, at, life, buffers, at + received, at + sent, 0, wantData, wantSpace)
  }

  /** How this half waits for data. */
  get wantData(): Want {
    return this.want
  }

  /** How the sender waits for space. */
  get wantSpace(): Want {
    return this.otherWant
  }

  /** Bytes that can be received at once. */
  available(): number {
    return this.roomNow()
  }

  /** Whether all that was sent is received and no more will come. */
  isAtEnd(): boolean {
    return this.hasEnded() && this.available() === 0
  }

  /** Whether what is there is all that will come. */
  hasEnded(): boolean {
    return this.life.peerHasEnded(this.life.load())
  }

  /**
   * Up to `length` bytes into `to` at `start`, if they are to be had without any wait: how many,
   * or 0 at the end, or WOULD_BLOCK, having done nothing but perhaps written to `to`; or RESET,
   * which `receive` reports.
   */
  tryReceive(td: Waiter, to: Uint8Array, start: number, length: number): number {
    const { memory } = this
    this.paid = NOTHING
    if (!memory.settled()) return WOULD_BLOCK
    const taken = this.#copySome(td, to, start, length)
    if (taken === WOULD_BLOCK) this.paid = LOOKED
    if (taken <= 0) return taken
    if (memory.settled()) return this.commit(td) === REFUSED ? WOULD_BLOCK : taken
    this.giveUpCopied(to, start)
    return WOULD_BLOCK
  }

  /**
   * After a try that found nothing: spins while there is nothing, if that pays. True when another
   * try is worth it. For plain code, which needs no generator then.
   */
  spinAfterTry(td: Waiter, until?: Until): boolean {
    if (this.paid !== LOOKED) return false
    if (this.spin(td, until)) return true
    this.paid = SPUN
    return false
  }

  /**
   * Up to `length` bytes into `to` at `start`, as soon as there is one: how many, or 0 at the
   * end. WOULD_BLOCK when there are none and `wait` is false, or the wait was given up. Throws the
   * reason of the signal if that ended the call, and ConnectionReset, which is reported once.
   */
  *receive(
    td: Waiter,
    to: Uint8Array,
    start: number,
    length: number,
    wait: boolean,
    until: Until = FOREVER,
  ): Waiting<number> {
    let paid = this.takePaid(to, start, length)
    let isWaiting = false
    try {
      for (;;) {
        let taken = paid === COPIED ? this.moved : WOULD_BLOCK
        if (paid === NOTHING || !wait) {
          while (!this.memory.settled()) yield SETTLE
          if (taken === WOULD_BLOCK) taken = this.#copySome(td, to, start, length)
        }
        const hasSpun = paid === SPUN
        paid = NOTHING
        if (taken > 0) {
          const result = this.tryCommit(td)
          return result === DONE ? taken : yield* this.#commitAll(td, result)
        }
        if (taken === RESET && (yield* this.life.reports())) throw new ConnectionReset()
        if (taken === RESET) continue
        if (taken === 0 || !wait) return taken
        if (!hasSpun && this.spin(td, until)) continue
        if (td.watchNs > 0 && (yield* this.watches(td, until))) continue
        if (!isWaiting) this.occupy(td)
        isWaiting = true
        const outcome = yield* this.wait(td, 1, until)
        if (outcome === ABORTED) until.signal?.throwIfAborted()
        if (outcome !== WOKEN) return WOULD_BLOCK
      }
    } finally {
      if (isWaiting) this.leave()
    }
  }

  /** What is left of a commit that the caller has tried. */
  *#commitAll(td: Waiter, tried: number): Waiting<number> {
    let result = tried
    for (; result === REFUSED; result = this.tryCommit(td)) yield this.again()
    if (result === PREEMPTS) yield PREEMPT
    return this.moved
  }

  /** Copies out what is there: how many bytes, or 0 at the end, or WOULD_BLOCK, or RESET. */
  #copySome(td: Waiter, to: Uint8Array, start: number, length: number): number {
    const { life } = this
    const word = (this.word = life.glance())
    const actions = word === life.whole ? 0 : this.actionsIn(word)
    if ((actions & END.action.end) !== 0) return 0
    const available = this.look(td, 1)
    if (available === 0) return this.#nothing(word, actions)
    return (this.moved = this.copyOut(to, start, length))
  }

  /** What comes of a receive on an end with such a life. Throws SocketMisuse. */
  protected actionsIn(word: number): number {
    return this.life.check(word, 'receive')
  }

  /** Copies out of the bytes that a look found: how many are taken by it, at least one. */
  protected copyOut(to: Uint8Array, start: number, length: number): number {
    const bytes = Math.min(this.room, length)
    this.memory.charge(RECEIVE, 1)
    this.ring()!.copyOut(this.position, to, start, bytes)
    return bytes
  }

  /** What it means that nothing is there. */
  #nothing(word: number, actions: number): number {
    if ((actions & END.action.report) !== 0) return RESET
    return word !== this.life.whole && this.life.peerHasEnded(word) ? 0 : WOULD_BLOCK
  }

  protected override twoAtOnce(): SocketMisuse {
    return new SocketMisuse('one thread at a time receives from an end: two do')
  }
}
