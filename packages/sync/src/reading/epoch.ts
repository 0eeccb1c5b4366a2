import { LockMisuse } from '../errors.ts'
import type { LockHandle } from '../domain/lock-kind.ts'
import {
  type AwaitOptions,
  homeOf,
  waitAsTask,
  type WaitOptions,
  waitSync,
} from '../offered/offered.ts'
import { PerCpu } from './per-cpu.ts'
import {
  FOREVER,
  type Outcome,
  pollAll,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
} from '@smpnet/park'
import { clearEpochLine, EPOCH_KIND as KIND, EPOCH_LINE as LINE } from './reader-lines.ts'
import { type Placing, SyncDomain } from '../domain/sync-domain.ts'

/** A callback, and what each CPU's sequence was when it was unlinked; even ones need no waiting. */
interface Deferred {
  readonly sequences: readonly number[]
  readonly callbacks: (() => void)[]
}

/**
 * FreeBSD's epoch(9): readers say that they are inside, writers unlink what is shared, and free it
 * when all who were inside at that time have left: after a grace period.
 *
 * Each CPU has a line with a sequence, odd while somebody is inside on that CPU.
 *
 *   enter: the first one in makes its CPU's sequence odd, by a store with a fence, and only then
 *          reads what is shared;
 *   exit:  the last one out makes it even again, by a plain store;
 *   wait:  unlinks first; then looks at every CPU. One that is even needs no waiting, for whoever
 *          enters there later does not find what was unlinked. One that is odd is waited for until
 *          its sequence is another.
 *
 * Readers do not wait, nor write what others write. What is read inside is read by `load`, as on
 * some processors plain reads may move past the exit.
 */
export class Epoch extends PerCpu {
  /** What this thread deferred, oldest first. Callbacks are this thread's, and so is the list. */
  readonly #deferred: Deferred[] = []
  #collecting: (() => void)[] = []

  /** Bytes of an epoch for so many CPUs. */
  static bytes(cpus: number): number {
    return cpus * LINE.size
  }

  /** Places an epoch with a line for every thread of the domain. Throws OutOfMemory. */
  static create(domain: SyncDomain, options: Placing = {}): Epoch {
    const { cpus } = domain
    const at = domain.place(KIND, Epoch.bytes(cpus), options, LINE.align)
    return new Epoch(domain.memory, at, cpus, domain)
  }

  /** Opens, in any thread, the epoch that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Epoch {
    const domain = SyncDomain.open(handle.domain)
    const at = domain.find(KIND, Epoch.bytes(domain.cpus), handle)
    return new Epoch(domain.memory, at, domain.cpus, domain)
  }

  /** Names this epoch for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return SyncDomain.handleOf(this, KIND)
  }

  /**
   * Enters on CPU `cpu`, which the caller stays on. Can be entered again inside. In simulated time,
   * settle first. Never waits.
   */
  enter(cpu: number): void {
    const { memory } = this
    const line = this.at + cpu * LINE.size
    const depth = memory.read(line + LINE.offset.depth)
    memory.write(line + LINE.offset.depth, depth + 1)
    if (depth === 0) memory.store(line, (memory.read(line) + 1) | 0)
  }

  /** Exits on CPU `cpu`. Throws LockMisuse when nobody is inside there. */
  exit(cpu: number): void {
    const { memory } = this
    const line = this.at + cpu * LINE.size
    const depth = memory.read(line + LINE.offset.depth)
    if (depth === 0)
      throw new LockMisuse(`${this.name()} is exited on CPU ${cpu}: nobody is inside`)
    memory.write(line + LINE.offset.depth, depth - 1)
    if (depth === 1) memory.write(line, (memory.read(line) + 1) | 0)
  }

  /**
   * CPU `cpu` has ended, and reads no more: who waits for it goes on. For who buries a CPU; `bury`
   * of a domain does it for its threads.
   */
  bury(cpu: number): void {
    clearEpochLine(this.memory, this.at + cpu * LINE.size)
  }

  /**
   * Waits until all who are inside now have left: `WOKEN`, or why it was given up. Throws
   * LockMisuse inside, for it never would.
   */
  *wait(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    const { memory } = this
    const line = this.at + td.lot.cpu * LINE.size
    if (memory.read(line + LINE.offset.depth) > 0) {
      throw new LockMisuse(`${this.name()} is waited for outside: this CPU is inside`)
    }
    while (!memory.settled()) yield SETTLE
    const sequences = this.#sequences()
    const inside = sequences.flatMap((seen, cpu) => (seen & 1 ? [cpu] : []))
    const hasLeft = (which: number): boolean => {
      const cpu = inside[which]!
      return memory.load(this.at + cpu * LINE.size) !== sequences[cpu]
    }
    return yield* pollAll(td, inside.length, hasLeft, until)
  }

  /** Runs `callback` on this thread, by a later `poll`, when all who are inside now have left. */
  call(callback: () => void): void {
    this.#collecting.push(callback)
  }

  /** Runs the callbacks whose grace period is over, and says how many are left. Never waits. */
  poll(): number {
    if (this.#collecting.length > 0) this.#close()
    while (this.#deferred.length > 0 && this.#isOver(this.#deferred[0]!)) {
      for (const callback of this.#deferred.shift()!.callbacks) callback()
    }
    let left = this.#collecting.length
    for (const { callbacks } of this.#deferred) left += callbacks.length
    return left
  }

  /** `enter` for a plain thread. */
  enterSync(): void {
    this.enter(this.thread)
  }

  /** `exit` for a plain thread. */
  exitSync(): void {
    this.exit(this.thread)
  }

  /** Waits for a grace period, blocking this thread. Throws LockTimeout when the time is over. */
  waitSync(options: WaitOptions = {}): void {
    const { here } = homeOf(this)
    waitSync(this, here, (td, until) => this.wait(td, until), options)
  }

  /** Waits for a grace period in a task. Rejects with LockTimeout or the signal's reason. */
  async waitAsync(options: AwaitOptions = {}): Promise<void> {
    await waitAsTask(this, (td, until) => this.wait(td, until), options)
  }

  name(): string {
    return `the epoch at ${this.at}`
  }

  /** Begins the grace period of what was collected. */
  #close(): void {
    this.#deferred.push({ sequences: this.#sequences(), callbacks: this.#collecting })
    this.#collecting = []
  }

  /** Where each CPU is now. All are read first, so that nobody who comes later is waited for. */
  #sequences(): number[] {
    const sequences: number[] = []
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      sequences.push(this.memory.load(this.at + cpu * LINE.size))
    }
    return sequences
  }

  #isOver({ sequences }: Deferred): boolean {
    return sequences.every(
      (seen, cpu) => (seen & 1) === 0 || this.memory.load(this.at + cpu * LINE.size) !== seen,
    )
  }
}
