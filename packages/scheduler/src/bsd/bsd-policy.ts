import { VECTOR } from '@smpnet/machine'
import type { RunQueueLine } from '../policy/run-queue-line.ts'
import type { Cause, PolicyHost, SchedulingPolicy } from '../policy/policy.ts'
import { MAX_PRIORITY, sharesTime } from '../thread/priority.ts'
import { RunQueue } from '../policy/run-queue.ts'
import type { Thread } from '../thread/thread.ts'
import type { ThreadTable } from '../thread/thread-table.ts'
import type { BsdCpu, BsdGlobal } from './bsd-global.ts'
import { BsdTdSched, bsdTdSched } from './bsd-td-sched.ts'

/**
 * 4BSD on one CPU: the functions of FreeBSD's sched_4bsd.c.
 *
 * | here       | in sched_4bsd.c                | called                             |
 * |------------|--------------------------------|------------------------------------|
 * | `admit`    | sched_fork                     | for a new thread                   |
 * | `add`      | sched_wakeup, sched_add        | for a thread that became runnable  |
 * | `choose`   | sched_choose, runq_choose_fuzz | for the next thread                |
 * | `sleep`    | sched_sleep, sched_load_rem    | when a thread waits or has ended   |
 * | `tick`     | sched_clock                    | by the timer                       |
 * | `lend`     | sched_lend_prio                | when a loan has changed a priority |
 * | `#forward` | forward_wakeup                 | for a thread that any CPU may take |
 * | `#kick`    | kick_other_cpu                 | for a pinned thread of another CPU |
 *
 * All CPUs have one queue, which is `BsdGlobal`'s, and one lock, sched_lock: `#change` holds it for
 * one instant. Only threads that are pinned stand in a queue of their CPU, under the same lock. How
 * urgent a thread is says `BsdTdSched`.
 *
 * A CPU that queues a thread does not choose which CPU runs it: it wakes the idle CPUs, and the
 * first that looks takes the thread. On a live machine a 4BSD has one CPU, and wakes none.
 */
export class BsdPolicy implements SchedulingPolicy, BsdCpu {
  readonly name = '4BSD'
  /** Threads that may run here only: runq_pcpu. */
  readonly #pinned = new RunQueue()
  /** Whether its first came last, when it was as urgent as the first of the queue of all. */
  #ownComes = false
  readonly #line: RunQueueLine
  #host!: PolicyHost
  #current: Thread | undefined
  /** Whether an interrupt is on its way here. */
  #isOwed = false
  #phase = 0

  constructor(
    readonly bsd: BsdGlobal,
    readonly cpu: PolicyHost['cpu'],
  ) {
    this.#line = bsd.line(cpu)
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
    td.sched = new BsdTdSched(td, cpus, this.bsd.knobs.slice, parent && bsdTdSched(parent))
  }

  add(td: Thread, cause: Cause): boolean {
    const isNew = cause === 'woken' || cause === 'spawned'
    if (isNew) bsdTdSched(td).wakes(this.cpu.now(), this.bsd.loadAverage)
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
    const { queue } = bsdTdSched(td)
    if (queue === undefined || (td.pinned && td.pcpu !== this.cpu)) return false
    this.#run(td)
    return true
  }

  sleep(td: Thread): void {
    bsdTdSched(td).sleeps(this.cpu.now())
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
    const ts = bsdTdSched(current)
    if (sharesTime(current.basePriority)) ts.runs()
    if (--ts.sliceTicks > 0) return false
    ts.sliceTicks = slice
    return this.queued > 0
  }

  lend(td: Thread): void {
    const { queue } = bsdTdSched(td)
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
    bsdTdSched(td).queue = queue
    this.#change(() => {
      if (isFirst) queue.prepend(td)
      else queue.append(td)
      this.bsd.runnable += more
    })
  }

  #run(td: Thread): void {
    const ts = bsdTdSched(td)
    this.#change(() => {
      ts.queue!.remove(td)
      ts.queue = undefined
    })
    this.#current = td
    if (this.bsd.queue.length > 0) this.#rouse()
    if (td.pcpu === this.cpu) return
    td.moveTo(this.#host)
    this.bsd.counts.migrations++
  }

  /** Wakes the CPUs that are idle; the first that looks takes the thread. */
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

  /** Tells this CPU of a pinned thread that another CPU has put here. */
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
    this.#line.lock()
    how()
    this.#line.setLoad(bsd.runnable)
    this.#line.setLowest(bsd.queue.first()?.priority ?? MAX_PRIORITY)
    this.#line.unlock()
  }
}
