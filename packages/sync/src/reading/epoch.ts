import { expectFunction, type Pinning } from '@smpnet/memory'
import {
  expectWaiter,
  FOREVER,
  type Outcome,
  pollAll,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
} from '@smpnet/park'
import { LockMisuse } from '../errors.ts'
import type { LockHandle } from '../words/lock-kind.ts'
import { type AwaitOptions, homeOf, type WaitOptions, waitSync } from '../offered/offered.ts'
import { waitAsTask } from '../offered/wait-as-task.ts'
import { PerCpu } from './per-cpu.ts'
import { clearEpochLine, EPOCH_KIND as KIND, EPOCH_LINE as LINE } from '../words/reader-lines.ts'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'

// As constants of their own, and errors in functions of their own: an entry and an exit are then
// short enough for V8 to inline both into the code of a reader, which makes a tenth of their cost.
const LINE_BYTES = LINE.size
const DEPTH = LINE.offset.depth

/** A thread counts its pins; the handler of an interrupt need not be pinned. */
type Reader = Pinning & { readonly pins?: number }

/** A callback, and what each CPU's sequence was when it was unlinked; even ones need no waiting. */
interface Deferred {
  readonly sequences: readonly number[]
  readonly callbacks: (() => void)[]
}

/**
 * FreeBSD's epoch(9), of the preemptible kind: readers say that they are inside, writers unlink
 * what is shared, and free it when all readers that were inside at that time have left: after a
 * grace period.
 *
 * Each CPU has a line with a sequence, odd while any reader is inside on that CPU.
 *
 *   enter: pins the reader; the first reader of its CPU makes the sequence odd, by a store with a
 *          fence, and only then reads what is shared;
 *   exit:  the last one out makes it even again, by a plain store, and is unpinned;
 *   wait:  unlinks first; then looks at every CPU. One that is even needs no waiting, for a reader
 *          that enters there later does not find what was unlinked. One that is odd is waited for
 *          until its sequence is another.
 *
 * Readers do not wait, nor write what others write. What is read inside is read by `load`, as on
 * some processors plain reads may move past the exit.
 *
 * A reader may be preempted inside, and comes back to the CPU whose line it is counted on. So the
 * caller of `wait` may find its own CPU odd because of another thread there, and waits for that one
 * as for any other: it naps between its looks, which lets that thread run. A reader itself must not
 * wait for readers. It is known by its pin, so that no thread that has pinned itself may; one that
 * was bound to its CPU when it was spawned may. As long as readers of one CPU overlap, its sequence
 * stays odd and writers wait.
 */
export class Epoch extends PerCpu {
  /** What this thread deferred, oldest first. Callbacks are this thread's, and so is the list. */
  readonly #deferred: Deferred[] = []
  #collecting: (() => void)[] = []

  /** Bytes of an epoch for so many CPUs. */
  static bytes(cpus: number): number {
    return cpus * LINE_BYTES
  }

  /** Places an epoch with a line for every thread of the domain. Throws OutOfMemory. */
  static create(domain: SyncDomain, options: Placing = {}): Epoch {
    expectDomain(domain, KIND, options)
    const { cpus } = domain
    const at = placeLock(KIND, domain, Epoch.bytes(cpus), options, LINE.align)
    return new Epoch(domain.memory, at, cpus, domain)
  }

  /** Opens, in any thread, the epoch that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Epoch {
    const { domain, at } = openLock(KIND, handle, Epoch.bytes)
    return new Epoch(domain.memory, at, domain.cpus, domain)
  }

  /** Names this epoch for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return handleOf(this, KIND)
  }

  /**
   * Enters, pinned until as many exits: a thread, or an interrupt, which ends where it began. In
   * simulated time, settle first. Never waits.
   */
  enter(td: Reader): void {
    const { memory } = this
    const line = this.at + td.cpu * LINE_BYTES
    const depth = memory.read(line + DEPTH)
    td.pin()
    memory.write(line + DEPTH, depth + 1)
    if (depth === 0) memory.store(line, (memory.read(line) + 1) | 0)
  }

  /** Exits. Throws LockMisuse when nobody is inside on this CPU, or the caller is not pinned. */
  exit(td: Reader): void {
    const { memory } = this
    const line = this.at + td.cpu * LINE_BYTES
    const depth = memory.read(line + DEPTH)
    if (depth === 0 || td.pins === 0) throw this.#notInside(td)
    td.unpin()
    memory.write(line + DEPTH, depth - 1)
    if (depth === 1) memory.write(line, (memory.read(line) + 1) | 0)
  }

  /**
   * CPU `cpu` has ended, and reads no more: waiters for it go on. For its undertaker; `bury`
   * of a domain does it for the domain's threads.
   */
  bury(cpu: number): void {
    clearEpochLine(this.memory, this.at + cpu * LINE_BYTES)
  }

  /**
   * Waits until all readers that are inside now have left: `WOKEN`, or why it was given up. Throws
   * LockMisuse for a caller that has pinned itself, as readers are: inside, it never would.
   */
  wait(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    expectWaiter(td, 'epoch.wait', 'waitSync, or awaits waitAsync')
    return this.#wait(td, until)
  }

  *#wait(td: Waiter, until: Until): Waiting<Outcome> {
    const { memory } = this
    this.#checkUnpinned(td)
    while (!memory.settled()) yield SETTLE
    const sequences = this.#sequences()
    const inside = sequences.flatMap((seen, cpu) => (seen & 1 ? [cpu] : []))
    const hasLeft = (which: number): boolean => {
      const cpu = inside[which]!
      return memory.load(this.at + cpu * LINE_BYTES) !== sequences[cpu]
    }
    return yield* pollAll(td, inside.length, hasLeft, until)
  }

  /** Runs `callback` on this thread, by a later `poll`, when all now inside have left. */
  call(callback: () => void): void {
    expectFunction('the callback of an epoch', callback)
    this.#collecting.push(callback)
  }

  /** Runs the callbacks whose grace period is over, and says how many are left. Never waits. */
  poll(): number {
    if (this.#collecting.length > 0) this.#close()
    while (this.#deferred.length > 0 && this.#isOver(this.#deferred[0]!)) {
      const { callbacks } = this.#deferred[0]!
      // Each is taken out before it runs: one that throws is not run again, and loses no other.
      while (callbacks.length > 0) callbacks.shift()!()
      this.#deferred.shift()
    }
    let left = this.#collecting.length
    for (const { callbacks } of this.#deferred) left += callbacks.length
    return left
  }

  /** `enter` for a plain thread. */
  enterSync(): void {
    this.enter(this.here)
  }

  /** `exit` for a plain thread. */
  exitSync(): void {
    this.exit(this.here)
  }

  /** Waits for a grace period, blocking this thread. Throws LockTimeout when the time is over. */
  waitSync(options: WaitOptions = {}): void {
    const { here } = homeOf(this)
    waitSync(this, here, (td, until) => this.wait(td, until), options)
  }

  /** Waits for a grace period in a task. Rejects with LockTimeout or the signal's reason. */
  async waitAsync(options: AwaitOptions = {}): Promise<void> {
    this.#checkUnpinned(this.here)
    await waitAsTask(this, (td, until) => this.wait(td, until), options)
  }

  name(): string {
    return `the epoch at ${this.at}`
  }

  #checkUnpinned(td: Waiter): void {
    if (td.pins === 0) return
    throw new LockMisuse(`${this.name()} is waited for outside: this thread is pinned, or inside`)
  }

  #notInside({ cpu, pins }: Reader): LockMisuse {
    const whose = pins === 0 ? 'this thread, which is not pinned, is not' : 'nobody is inside'
    return new LockMisuse(`${this.name()} is exited on CPU ${cpu}: ${whose}`)
  }

  /** Begins the grace period of what was collected. */
  #close(): void {
    this.#deferred.push({ sequences: this.#sequences(), callbacks: this.#collecting })
    this.#collecting = []
  }

  /** Where each CPU is now. All are read first, so that no later reader is waited for. */
  #sequences(): number[] {
    const sequences: number[] = []
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      sequences.push(this.memory.load(this.at + cpu * LINE_BYTES))
    }
    return sequences
  }

  #isOver({ sequences }: Deferred): boolean {
    return sequences.every(
      (seen, cpu) => (seen & 1) === 0 || this.memory.load(this.at + cpu * LINE_BYTES) !== seen,
    )
  }
}
