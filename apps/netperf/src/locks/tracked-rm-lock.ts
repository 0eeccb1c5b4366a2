import { type Address, layout, type Memory, NIL, PricedMemory, word } from '@smpnet/memory'
import { type Outcome, SETTLE, type Until, type Waiter, type Waiting, WOKEN } from '@smpnet/park'
import { RmLock, SharedSection } from '@smpnet/sync'
import type { ListLockKind } from './list-lock.ts'
import { SectionLock } from './section-lock.ts'

/**
 * rmlock(9) as FreeBSD's readers enter it (`_rm_rlock` and `_rm_runlock` of sys/kern/kern_rmlock.c,
 * 8.0 to 9.0), where that of `@smpnet/sync` only counts them: a writer there has to find the
 * threads that it waits for, so each reader links a tracker into a list of its CPU, in a critical
 * section, and pins itself. No reader executes an atomic instruction, and no line moves: what a
 * section costs is 20 loads and stores to enter and 15 to exit, each of which is made here, of a
 * word that stands for FreeBSD's. Its writer is that of `@smpnet/sync`, which waits until the list
 * of each CPU is empty.
 */
const QUEUE = layout('rm_queue of a CPU', {
  /** (o) `pc_curthread`. */
  thread: word('o', 'cpu'),
  /** (a) The CPU's entry of `cpuid_to_pcpu`. */
  entry: word('a', 'cpu'),
  /** (a) `pc_cpuid`. */
  id: word('a', 'cpu'),
  /** (o) The tracker that came first. The one that came last is in the lock's line of the CPU. */
  first: word('o', 'cpu'),
  /** (o) A bit for each tracker of the CPU that is on some stack. */
  used: word('o', 'used'),
})

/** A reader's `rm_priotracker`, on its stack, and what it writes of its `struct thread`. */
const TRACKER = layout('rm_priotracker', {
  flags: word('o', 'stack'),
  thread: word('o', 'stack'),
  lock: word('o', 'stack'),
  next: word('o', 'stack'),
  prev: word('o', 'stack'),
  criticalNesting: word('o', 'thread'),
  pinned: word('o', 'thread'),
  owesPreemption: word('o', 'thread'),
  onCpu: word('o', 'thread'),
})

/** Readers that can be inside on a CPU, of which all but one were preempted there. */
const TRACKERS = 16

const QUEUE_BYTES = QUEUE.size + TRACKERS * TRACKER.size
const Q = QUEUE.offset
const T = TRACKER.offset

class TrackedReadSide extends SharedSection {
  readonly #memory: Memory
  /** For what costs nothing: a tracker lies where its reader's stack happens to be. */
  readonly #free: Memory

  constructor(
    readonly words: RmLock,
    readonly queues: Address,
  ) {
    super(undefined)
    const { memory } = words
    this.#memory = memory
    this.#free = memory instanceof PricedMemory ? memory.unbilled() : memory
  }

  name(): string {
    return `${this.words.name()}, of trackers`
  }

  tryEnter(td: Waiter): boolean {
    if (!this.#memory.settled()) return false
    const tracker = this.#put(td)
    if (this.#enters(td.cpu, tracker)) {
      td.pins++
      return true
    }
    this.#leaves(td.cpu, tracker)
    return false
  }

  /** The thread takes a token for its CPU, as `_rm_rlock_hard` does, if it has none. */
  *enter(td: Waiter, until?: Until): Waiting<Outcome> {
    const memory = this.#memory
    const { mutex } = this.words
    while (!memory.settled()) yield SETTLE
    if (this.tryEnter(td)) return WOKEN
    const outcome = mutex.tryEnter(td) ? WOKEN : yield* mutex.enter(td, until)
    if (outcome !== WOKEN) return outcome
    while (!memory.settled()) yield SETTLE
    this.words.giveToken(td.cpu)
    this.#enters(td.cpu, this.#put(td))
    td.pins++
    if (!mutex.tryExit(td)) yield* mutex.exit(td)
    return WOKEN
  }

  tryExit(td: Waiter): boolean {
    if (!this.#memory.settled()) return false
    this.#leaves(td.cpu, this.#trackerOf(td))
    td.pins--
    return true
  }

  *exit(td: Waiter): Waiting {
    while (!this.#memory.settled()) yield SETTLE
    this.tryExit(td)
  }

  /** `_rm_rlock`: says whether the CPU has a token. Ten loads and ten stores. */
  #enters(cpu: number, tracker: Address): boolean {
    const memory = this.#memory
    const [queue, head] = [this.#queue(cpu), this.words.lineOf(cpu)]
    const thread = memory.read(queue + Q.thread)
    memory.write(tracker + T.flags, 0)
    memory.write(tracker + T.thread, thread)
    memory.write(tracker + T.lock, this.words.at)
    this.#nest(tracker, T.criticalNesting, 1)
    memory.read(tracker + T.onCpu)
    memory.read(queue + Q.entry)
    memory.write(tracker + T.prev, NIL)
    const next = memory.read(head)
    memory.write(tracker + T.next, next)
    memory.write(next === NIL ? queue + Q.first : next + T.prev, tracker)
    memory.store(head, tracker)
    this.#nest(tracker, T.pinned, 1)
    this.#nest(tracker, T.criticalNesting, -1)
    memory.read(tracker + T.owesPreemption)
    memory.read(queue + Q.id)
    return ((memory.load(this.words.tokensOf(cpu)) >>> (cpu & 31)) & 1) === 1
  }

  /** `_rm_runlock`: ten loads and five stores. */
  #leaves(cpu: number, tracker: Address): void {
    const memory = this.#memory
    const [queue, head] = [this.#queue(cpu), this.words.lineOf(cpu)]
    memory.read(tracker + T.thread)
    this.#nest(tracker, T.criticalNesting, 1)
    memory.read(tracker + T.onCpu)
    memory.read(queue + Q.entry)
    const next = memory.read(tracker + T.next)
    const prev = memory.read(tracker + T.prev)
    memory.write(next === NIL ? queue + Q.first : next + T.prev, prev)
    memory.write(prev === NIL ? head : prev + T.next, next)
    this.#nest(tracker, T.criticalNesting, -1)
    this.#nest(tracker, T.pinned, -1)
    memory.read(tracker + T.owesPreemption)
    memory.read(tracker + T.flags)
    const used = queue + Q.used
    this.#free.write(used, this.#free.read(used) & ~(1 << this.#indexOf(queue, tracker)))
  }

  #nest(tracker: Address, offset: number, by: number): void {
    this.#memory.write(tracker + offset, this.#memory.read(tracker + offset) + by)
  }

  /** A tracker on the stack of a thread, which is what runs on its CPU. */
  #put(td: Waiter): Address {
    const free = this.#free
    const queue = this.#queue(td.cpu)
    const used = free.read(queue + Q.used)
    const index = 31 - Math.clz32(~used & -~used)
    if (index >= TRACKERS) {
      throw new Error(`expected up to ${TRACKERS} readers inside on CPU ${td.cpu}, came one more`)
    }
    free.write(queue + Q.used, used | (1 << index))
    free.write(queue + Q.thread, td.at)
    return queue + QUEUE.size + index * TRACKER.size
  }

  /** The tracker that a thread linked last. */
  #trackerOf(td: Waiter): Address {
    const free = this.#free
    let tracker = free.read(this.words.lineOf(td.cpu))
    while (tracker !== NIL && free.read(tracker + T.thread) !== td.at) {
      tracker = free.read(tracker + T.next)
    }
    if (tracker !== NIL) return tracker
    throw new Error(`expected a reader inside on CPU ${td.cpu}, came a thread that is not`)
  }

  #indexOf(queue: Address, tracker: Address): number {
    return (tracker - queue - QUEUE.size) / TRACKER.size
  }

  #queue(cpu: number): Address {
    return this.queues + cpu * QUEUE_BYTES
  }
}

export const trackedRmKind: ListLockKind = {
  name: 'rmlock-trackers',
  summary: 'rmlock(9) of FreeBSD: the same, and readers link trackers into a list of their CPU',
  hasReadersApart: true,
  bytes: (cpus) => RmLock.bytes(cpus) + cpus * QUEUE_BYTES,
  open: ({ cpu, at, spares, locks, named }) => {
    const lock = new RmLock(cpu.memory, at, cpu.cpus, (targets) => cpu.rendezvous(targets))
    const readers = new TrackedReadSide(lock, at + RmLock.bytes(cpu.cpus))
    const of = { name: named, type: 'rmlock-trackers' }
    const write = locks.make(lock.write, { ...of, place: 'write' })
    return new SectionLock(write, locks.make(readers, { ...of, place: 'read' }), spares)
  },
}
