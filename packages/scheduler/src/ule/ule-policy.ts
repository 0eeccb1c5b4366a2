import { VECTOR } from '@smpnet/machine'
import { work } from '@smpnet/memory'
import type { Cause, PolicyHost, SchedulingPolicy } from '../policy/policy.ts'
import { MAX_PRIORITY } from '../thread/priority.ts'
import type { Thread } from '../thread/thread.ts'
import type { ThreadTable } from '../thread/thread-table.ts'
import { type CpuGroup, groupsOf } from './cpu-groups.ts'
import type { RunQueueLine } from '../policy/run-queue-line.ts'
import { SchedClock } from './sched-clock.ts'
import { Tdq } from './tdq.ts'
import type { ThreadQueues } from './thread-queues.ts'
import type { UleGlobal } from './ule-global.ts'
import type { UleCpu } from './ule-cpu-view.ts'
import { uleTdSched, UleTdSched } from './ule-td-sched.ts'

const CONTEXT_SWITCH = work('context-switch')

/**
 * ULE on one CPU: FreeBSD's struct tdq, and the functions of sched_ule.c that work on it.
 *
 * | here      | in sched_ule.c                   | called                               |
 * |-----------|----------------------------------|--------------------------------------|
 * | `admit`   | sched_fork                       | for a new thread                     |
 * | `add`     | sched_wakeup, sched_add, tdq_add | for a thread that became runnable    |
 * | `choose`  | tdq_choose, tdq_trysteal         | for the next thread                  |
 * | `seek`    | tdq_idled, sched_idletd          | by a CPU that found nothing to run   |
 * | `sleep`   | sched_sleep, tdq_load_rem        | when a thread waits or has ended     |
 * | `tick`    | sched_clock (`SchedClock`)       | by the timer                         |
 * | `lend`    | sched_lend_prio                  | when a loan has changed a priority   |
 * | `give`    | tdq_move                         | by a CPU that steals or balances     |
 * | `#notify` | tdq_notify                       | for a thread put here by another CPU |
 *
 * Where a thread goes is said by `Placement` (sched_pickcpu), which thread another CPU may take by
 * `Balancing`, how urgent a thread is by `UleTdSched`, and its turn by `ThreadQueues`.
 *
 * The CPUs of a simulated machine reach into each other's queues, at one instant and under the lock
 * of a `Tdq`. On a live machine an ULE has one CPU, and nothing is placed, taken or balanced.
 */
export class UlePolicy implements SchedulingPolicy, UleCpu {
  readonly name = 'ULE'
  readonly queues: ThreadQueues
  readonly line: RunQueueLine
  readonly groups: readonly CpuGroup[]
  readonly index: number
  readonly #tdq: Tdq
  readonly #clock: SchedClock
  readonly #hasSibling: boolean
  #host!: PolicyHost
  /** Whether an interrupt is on its way here: tdq_owepreempt. */
  #isOwed = false
  /** Whether the CPU has nothing to run, and has looked everywhere for it. */
  #isIdle = false

  constructor(
    readonly ule: UleGlobal,
    readonly cpu: PolicyHost['cpu'],
    index: number,
  ) {
    this.index = index
    this.#tdq = new Tdq(cpu)
    this.queues = this.#tdq.queues
    this.line = this.#tdq.line
    this.groups = groupsOf(cpu)
    this.#clock = new SchedClock(cpu, ule.knobs, this.queues, this.line)
    this.#hasSibling = this.groups.some(({ cacheLevel }) => cacheLevel === 1)
  }

  get isShared(): boolean {
    return this.cpu.threadsMove
  }

  get table(): ThreadTable {
    return this.ule.table
  }

  get queued(): number {
    return this.queues.length
  }

  bind(host: PolicyHost): void {
    this.#host = host
  }

  admit(td: Thread, parent: Thread | undefined): void {
    const ts = new UleTdSched(td, this.index, this.cpu.now(), parent && uleTdSched(parent))
    td.sched = ts
    ts.reckon(this.ule.knobs.interact)
  }

  add(td: Thread, cause: Cause): boolean {
    const ts = uleTdSched(td)
    const nowNs = this.cpu.now()
    if (cause === 'interrupted' || cause === 'turn over') {
      ts.usage.update(nowNs, true)
      ts.ranAtNs = nowNs
      this.#tdq.current = undefined
      this.#tdq.add(td, cause === 'interrupted', 0)
      return true
    }
    ts.wakes(nowNs)
    ts.reckon(this.ule.knobs.interact)
    const target = this.ule.placement.pick(td, this, nowNs) as UlePolicy
    target.#arrive(td)
    if (target !== this) target.#notify(td)
    this.ule.startBalancing(this.cpu)
    return target === this
  }

  choose(): Thread | undefined {
    this.#isOwed = false
    const { trystealLimit } = this.ule.knobs
    const td = this.queues.first() ?? (this.#isIdle ? undefined : this.#steal(0, trystealLimit))
    if (td !== undefined) this.#run(td)
    return td
  }

  /** The CPU was idle before, or `choose` has just looked through the near groups in vain. */
  seek(): Thread | undefined {
    const { trystealLimit, alwaysSteal } = this.ule.knobs
    const from = this.#isIdle ? 0 : trystealLimit
    const td = this.#isIdle && !alwaysSteal ? undefined : this.#steal(from)
    this.#isIdle = true
    if (td === undefined) {
      this.line.setLowest(MAX_PRIORITY)
      return undefined
    }
    this.#run(td)
    // The idle thread found the work: that is one switch more.
    this.cpu.memory.charge(CONTEXT_SWITCH, 1)
    return td
  }

  /** A CPU that switches often will have work again soon; a sibling's time would be taken. */
  get idleTurns(): number {
    return this.#clock.isBusy && !this.#hasSibling ? this.ule.knobs.idleSpins : 0
  }

  claim(td: Thread): boolean {
    const { cpu, queue } = uleTdSched(td)
    if (queue === undefined || cpu !== this.index) return false
    this.#run(td)
    return true
  }

  sleep(td: Thread): void {
    const nowNs = this.cpu.now()
    uleTdSched(td).sleeps(nowNs)
    uleTdSched(td).ranAtNs = nowNs
    this.#tdq.sleep()
  }

  rivals(td: Thread): boolean {
    return this.queues.rivals(td)
  }

  tick(current: Thread | undefined): boolean {
    return this.#clock.tick(current)
  }

  lend(td: Thread): void {
    if (uleTdSched(td).queue === undefined) {
      td.reckonPriority()
      return
    }
    this.#tdq.requeue(td)
    this.#notify(td)
  }

  give(td: Thread, to: UleCpu): void {
    this.#tdq.remove(td)
    uleTdSched(td).cpu = to.index
  }

  receive(td: Thread): void {
    this.#arrive(td)
    this.#notify(td)
  }

  sysctl(): Readonly<Record<string, number | string>> {
    const { threshold } = this.#host.preemption
    return { ...this.ule.sysctl(), 'kern.sched.preempt_thresh': threshold }
  }

  /** A thread becomes part of this CPU's load. */
  #arrive(td: Thread): void {
    uleTdSched(td).cpu = this.index
    if (td.pcpu !== this.cpu) td.moveTo(this.#host)
    this.#tdq.add(td, false, 1)
  }

  #run(td: Thread): void {
    this.#tdq.run(td)
    this.#isIdle = false
    this.#clock.switched()
    uleTdSched(td).usage.update(this.cpu.now(), false)
  }

  #steal(from: number, to?: number): Thread | undefined {
    const td = this.ule.balancing.steal(this, from, to)
    if (td === undefined) return undefined
    this.#arrive(td)
    return td
  }

  /** Tells this CPU of a thread that another CPU has put here. */
  #notify(td: Thread): void {
    if (this.#isOwed || !this.isShared) return
    const { current } = this.#tdq
    if (current === undefined) {
      this.ule.remoteWakes++
      this.cpu.raise(this.cpu.id, VECTOR.work)
      return
    }
    if (!this.#host.preemption.applies(td.priority, current.priority, true)) return
    this.#isOwed = true
    this.ule.remotePreemptions++
    this.cpu.raise(this.cpu.id, VECTOR.preempt)
  }
}
