import { type Address, came, layout, word } from '@smpnet/memory'
import {
  expectWaiter,
  FOREVER,
  type Outcome,
  poll,
  type Until,
  type Waiter,
  type Waiting,
} from '@smpnet/park'
import { LockMisuse } from '../errors.ts'
import type { LockHandle } from '../words/lock-kind.ts'
import { type AwaitOptions, homeOf, type WaitOptions, waitSync } from '../offered/offered.ts'
import { waitAsTask } from '../offered/wait-as-task.ts'
import { PerCpu } from './per-cpu.ts'
import { clearLine, SMR_KIND as KIND, SMR_LINE as LINE } from '../words/reader-lines.ts'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'

/**
 * FreeBSD's smr(9), safe memory reclamation by sequence numbers (subr_smr.c, "global unbounded
 * sequences"): as an epoch, but what is freed is tagged with a goal, and is used again when the
 * goal has been passed, without anybody having waited.
 *
 *   writer sequence: odd, grows by 2 with each `advance`, which tags what was unlinked before it;
 *   enter: stores the writer sequence in this CPU's line, with a fence, and then reads;
 *   exit:  stores 0 there, without one;
 *   poll:  the smallest sequence of those inside, or the writer's if none is, is how far all have
 *          come. It is kept in the read sequence, so that most polls look at one word.
 *
 * A section is critical, as in FreeBSD: the reader is not preempted inside, must not wait there nor
 * give its turn away, and so stays on its CPU, as the only reader of it. Its line needs no count. A
 * preemption that comes meanwhile is owed, and happens where the thread yields after its exit.
 */
const SHARED = layout('smr', {
  /** (x) The writer sequence, less the 1 with which it begins. */
  written: word('x', 'written'),
  /** (x) How far all readers have come, less 1. */
  read: word('x', 'read'),
})

// A constant of its own, and errors in functions of their own, as in epoch.ts: entries and exits
// are then short enough to be inlined.
const LINE_BYTES = LINE.size
const FIRST = 1
const STEP = 2
const OUTSIDE = 0

export class Smr extends PerCpu {
  /** The line of CPU 0. */
  readonly #lines = this.at + SHARED.size

  /** Bytes for so many CPUs. */
  static bytes(cpus: number): number {
    return SHARED.size + cpus * LINE.size
  }

  /** Places one with a line for every thread of the domain. Throws OutOfMemory. */
  static create(domain: SyncDomain, options: Placing = {}): Smr {
    expectDomain(domain, KIND, options)
    const { cpus } = domain
    const at = placeLock(KIND, domain, Smr.bytes(cpus), options, SHARED.align)
    return new Smr(domain.memory, at, cpus, domain)
  }

  /** Opens, in any thread, the one that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Smr {
    const { domain, at } = openLock(KIND, handle, Smr.bytes)
    return new Smr(domain.memory, at, domain.cpus, domain)
  }

  /** Names this structure for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return handleOf(this, KIND)
  }

  /** Enters a critical section. Not to be entered again inside. Settle first. Never waits. */
  enter(td: Waiter): void {
    const { memory } = this
    const line = this.#lines + td.cpu * LINE_BYTES
    if (memory.read(line) !== OUTSIDE) throw this.#inside(td)
    td.critical++
    memory.store(line, (memory.load(this.at) + FIRST) | 0)
  }

  /** Exits. Throws LockMisuse for a caller that is outside. */
  exit(td: Waiter): void {
    const { memory } = this
    const line = this.#lines + td.cpu * LINE_BYTES
    if (td.critical === 0 || memory.read(line) === OUTSIDE) throw this.#outside(td)
    td.critical--
    memory.write(line, OUTSIDE)
  }

  /**
   * CPU `cpu` has ended, and reads no more: goals are passed without it. For its undertaker; `bury`
   * of a domain does it for the domain's threads.
   */
  bury(cpu: number): void {
    clearLine(this.memory, this.#line(cpu))
  }

  /** A goal for what was unlinked before: when it is passed, nobody can still see that. */
  advance(): number {
    return (this.memory.add(this.at, STEP) + STEP + FIRST) | 0
  }

  /** Whether a goal of `advance` is passed. Never waits. */
  poll(goal: number): boolean {
    const { memory } = this
    const read = this.at + SHARED.offset.read
    if (isPassed(memory.load(read) + FIRST, goal)) return true
    const before = memory.load(read)
    let least = (memory.load(this.at) + FIRST) | 0
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      const seen = memory.load(this.#line(cpu))
      if (seen !== OUTSIDE && isPassed(least, seen)) least = seen
    }
    if (isPassed(least, before + FIRST)) memory.compareExchange(read, before, (least - FIRST) | 0)
    return isPassed(least, goal)
  }

  /**
   * Waits until a goal of `advance` is passed: `WOKEN`, or why it was given up. Throws LockMisuse
   * inside, for it never would be.
   */
  wait(td: Waiter, goal: number, until: Until = FOREVER): Waiting<Outcome> {
    expectWaiter(td, 'smr.wait', 'waitSync, or awaits waitAsync')
    return this.#wait(td, goal, until)
  }

  *#wait(td: Waiter, goal: number, until: Until): Waiting<Outcome> {
    if (this.memory.read(this.#line(td.cpu)) !== OUTSIDE) {
      throw new LockMisuse(`${this.name()} is waited for outside: this CPU is inside`)
    }
    return yield* poll(td, () => this.poll(goal), until)
  }

  /** `enter` for a plain thread. */
  enterSync(): void {
    this.enter(this.here)
  }

  /** `exit` for a plain thread. */
  exitSync(): void {
    this.exit(this.here)
  }

  /**
   * Waits until nobody can see what was unlinked before, or before `goal` was had, blocking this
   * thread. Throws LockTimeout when the time is over.
   */
  waitSync(goal = this.advance(), options: WaitOptions = {}): void {
    this.#expectGoal(goal)
    const { here } = homeOf(this)
    waitSync(this, here, (td, until) => this.wait(td, goal, until), options)
  }

  /** The same in a task. Rejects with LockTimeout or the signal's reason. */
  async waitAsync(goal = this.advance(), options: AwaitOptions = {}): Promise<void> {
    this.#expectGoal(goal)
    await waitAsTask(this, (td, until) => this.wait(td, goal, until), options)
  }

  name(): string {
    return `the smr at ${this.at}`
  }

  /** Throws LockMisuse for what no `advance` has given: it would be waited for for ever. */
  #expectGoal(goal: unknown): void {
    const isGoal =
      Number.isInteger(goal) && isPassed(this.memory.load(this.at) + FIRST, goal as number)
    if (isGoal) return
    throw new LockMisuse(
      `${this.name()} is waited for to reach a goal of advance: ${came(goal)} came`,
    )
  }

  #inside({ cpu }: Waiter): LockMisuse {
    return new LockMisuse(`${this.name()} is entered once: CPU ${cpu} is inside`)
  }

  #outside({ cpu }: Waiter): LockMisuse {
    return new LockMisuse(`${this.name()} is exited on CPU ${cpu}: this thread is outside`)
  }

  #line(cpu: number): Address {
    return this.#lines + cpu * LINE_BYTES
  }
}

/** Whether `sequence` has come as far as `goal`; both wrap, and are never 2^31 apart. */
function isPassed(sequence: number, goal: number): boolean {
  return ((sequence - goal) | 0) >= 0
}
