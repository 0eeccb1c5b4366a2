import { VECTOR } from '@smpnet/machine'
import type { CpuWords } from '../cpu-words.ts'
import type { Cause, PolicyHost, SchedulingPolicy } from '../policy.ts'
import { MAX_PRIORITY, sharesTime } from '../priority.ts'
import { RunQueue } from '../run-queue.ts'
import type { Thread } from '../thread.ts'
import type { ThreadTable } from '../thread-table.ts'
import type { BsdCpu, BsdShared } from './bsd-shared.ts'
import { BsdShare, bsdShareOf } from './bsd-share.ts'

/** 4BSD on one CPU: the functions of FreeBSD's sched_4bsd.c. */
export class BsdPolicy implements SchedulingPolicy, BsdCpu {
  readonly name = '4BSD'
  /** The threads that may run here only: runq_pcpu. */
  readonly #pinned = new RunQueue()
  /** Whether its first came last, when it was as urgent as the first of the queue of all. */
  #ownComes = false
  readonly #words: CpuWords
  #host!: PolicyHost
  #current: Thread | undefined
  /** Whether an interrupt is on its way here. */
  #isOwed = false
  #phase = 0

  constructor(
    readonly bsd: BsdShared,
    readonly cpu: PolicyHost['cpu'],
  ) {
    this.#words = bsd.words(cpu)
  }

  get isShared(): boolean {
    return this.cpu.threadsMove
  }

  get table(): ThreadTable {
    return this.bsd.table
  }

  get queued(): number {
    return this.bsd.queue.length + this.#pinned.length
  }

  get current(): number {
    return this.#current?.priority ?? MAX_PRIORITY
  }

  get isIdle(): boolean {
    return this.#current === undefined
  }

  bind(host: PolicyHost): void {
    this.#host = host
  }

  admit(td: Thread, parent: Thread | undefined): void {
    const cpus = this.isShared ? this.cpu.cpus : 1
    td.share = new BsdShare(td, cpus, this.bsd.knobs.slice, parent && bsdShareOf(parent))
  }

  add(td: Thread, cause: Cause): boolean {
    const isNew = cause === 'woken' || cause === 'spawned'
    if (isNew) bsdShareOf(td).wakes(this.cpu.now(), this.bsd.loadAverage)
    else this.#current = undefined
    const target = td.pcpu === this.cpu || !td.pinned ? this : this.#policyOf(td)
    target.#enqueue(td, cause === 'interrupted', Number(isNew))
    this.bsd.startDecay(this.cpu, (reckon) => this.#change(reckon))
    if (target !== this) {
      target.#kick(td)
      return false
    }
    return td.pinned || !isNew || !this.#forward()
  }

  choose(): Thread | undefined {
    this.#isOwed = false
    const { queue, knobs } = this.bsd
    const everyone = queue.firstLike((td) => td.pcpu === this.cpu, knobs.runqFuzz)
    const td = this.#first(everyone, this.#pinned.first())
    if (td !== undefined) this.#run(td)
    return td
  }

  claim(td: Thread): boolean {
    const { queue } = bsdShareOf(td)
    if (queue === undefined || (td.pinned && td.pcpu !== this.cpu)) return false
    this.#run(td)
    return true
  }

  sleep(td: Thread): void {
    bsdShareOf(td).sleeps(this.cpu.now())
    this.#current = undefined
    this.#change(() => this.bsd.runnable--)
  }

  rivals(td: Thread): boolean {
    return this.bsd.queue.rivals(td) || this.#pinned.rivals(td)
  }

  tick(current: Thread | undefined): boolean {
    const { hz, stathz, slice } = this.bsd.knobs
    this.#phase += stathz
    if (this.#phase < hz) return false
    this.#phase -= hz
    if (current === undefined) return false
    const share = bsdShareOf(current)
    if (sharesTime(current.basePriority)) share.runs()
    if (--share.sliceTicks > 0) return false
    share.sliceTicks = slice
    return this.queued > 0
  }

  lend(td: Thread): void {
    const { queue } = bsdShareOf(td)
    if (queue === undefined) {
      td.reckonPriority()
      return
    }
    this.#change(() => queue.requeue(td, () => td.reckonPriority()))
    if (td.pinned) this.#kick(td)
  }

  sysctl(): Readonly<Record<string, number | string>> {
    return this.bsd.sysctl()
  }

  /**
   * The more urgent of the two, in turn when they are as urgent: FreeBSD takes the one from the
   * queue of all, for which a pinned thread of fixed priority would starve among its equals, and a
   * writer with it that waits for it to leave a section.
   */
  #first(everyone: Thread | undefined, own: Thread | undefined): Thread | undefined {
    if (everyone === undefined || own === undefined) return everyone ?? own
    if (everyone.queue !== own.queue) return everyone.queue < own.queue ? everyone : own
    this.#ownComes = !this.#ownComes
    return this.#ownComes ? own : everyone
  }

  #policyOf(td: Thread): BsdPolicy {
    return this.bsd.cpus.find((cpu) => (cpu as BsdPolicy).cpu === td.pcpu) as BsdPolicy
  }

  #enqueue(td: Thread, isFirst: boolean, more: number): void {
    const queue = td.pinned ? this.#pinned : this.bsd.queue
    bsdShareOf(td).queue = queue
    this.#change(() => {
      if (isFirst) queue.prepend(td)
      else queue.append(td)
      this.bsd.runnable += more
    })
  }

  #run(td: Thread): void {
    const share = bsdShareOf(td)
    this.#change(() => {
      share.queue!.remove(td)
      share.queue = undefined
    })
    this.#current = td
    if (this.bsd.queue.length > 0) this.#rouse()
    if (td.pcpu === this.cpu) return
    td.moveTo(this.#host)
    this.bsd.counts.migrations++
  }

  /** Wakes the CPUs that are idle, for whichever comes first to take the thread: forward_wakeup. */
  #forward(): boolean {
    const { knobs, counts } = this.bsd
    if (!knobs.ipiWakeup || !this.isShared || this.isIdle) return false
    counts.wakeupsRequested++
    const isHeard = this.#rouse()
    if (isHeard) counts.wakeupsDelivered++
    return isHeard
  }

  /** Has all idle CPUs look at the queue, as they do of themselves in FreeBSD's idle loop. */
  #rouse(): boolean {
    const idle = (this.bsd.cpus as BsdPolicy[]).filter((other) => other !== this && other.isIdle)
    for (const { cpu } of idle) this.cpu.raise(cpu.id, VECTOR.work)
    return idle.length > 0
  }

  /** Tells this CPU of a pinned thread that another has put here: kick_other_cpu. */
  #kick(td: Thread): void {
    if (this.#isOwed || !this.isShared) return
    if (this.isIdle) {
      this.cpu.raise(this.cpu.id, VECTOR.work)
      return
    }
    if (!this.#host.preemption.applies(td.priority, this.current, true)) return
    this.#isOwed = true
    this.bsd.counts.kicks++
    this.cpu.raise(this.cpu.id, VECTOR.preempt)
  }

  /** Changes the queues under the one lock, whose line carries what is said about them. */
  #change(how: () => void): void {
    const { bsd } = this
    this.#words.lock()
    how()
    this.#words.setLoad(bsd.runnable)
    this.#words.setLowest(bsd.queue.first()?.priority ?? MAX_PRIORITY)
    this.#words.unlock()
  }
}
