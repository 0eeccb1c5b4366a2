import { VECTOR } from '@smpnet/machine'
import { work } from '@smpnet/memory'
import type { Cause, PolicyHost, SchedulingPolicy } from '../policy.ts'
import { MAX_PRIORITY, sharesTime } from '../priority.ts'
import type { Thread } from '../thread.ts'
import type { ThreadTable } from '../thread-table.ts'
import { type CpuGroup, groupsOf } from './cpu-groups.ts'
import { CpuWords } from '../cpu-words.ts'
import { ThreadQueues } from './thread-queues.ts'
import type { UleShared } from './ule-shared.ts'
import type { UleCpu } from './ule-cpu-view.ts'
import { shareOf, UleShare } from './ule-share.ts'

const CONTEXT_SWITCH = work('context-switch')

/** ULE on one CPU: tdq and its functions in FreeBSD's sched_ule.c. */
export class UlePolicy implements SchedulingPolicy, UleCpu {
  readonly name = 'ULE'
  readonly queues = new ThreadQueues()
  readonly words: CpuWords
  readonly groups: readonly CpuGroup[]
  readonly index: number
  readonly #hasSibling: boolean
  #host!: PolicyHost
  /** The thread that runs here. */
  #current: Thread | undefined
  /** Whether an interrupt is on its way here: tdq_owepreempt. */
  #isOwed = false
  /** Counts up to a sample, in `stathz` per tick. */
  #phase = 0
  /** Whether it has nothing to run, and has looked everywhere for it. */
  #isIdle = false
  /** Switches since the last sample, begun with the load then, and before it: tdq_switchcnt. */
  #switches = 0
  #switchesBefore = 0

  constructor(
    readonly ule: UleShared,
    readonly cpu: PolicyHost['cpu'],
    index: number,
  ) {
    this.index = index
    this.words = new CpuWords(cpu, `run queue of CPU ${cpu.id}`)
    this.groups = groupsOf(cpu)
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
    const share = new UleShare(td, this.index, this.cpu.now(), parent && shareOf(parent))
    td.share = share
    share.reckon(this.ule.knobs.interact)
  }

  add(td: Thread, cause: Cause): boolean {
    const share = shareOf(td)
    const nowNs = this.cpu.now()
    if (cause === 'interrupted' || cause === 'turn over') {
      share.usage.update(nowNs, true)
      share.ranAtNs = nowNs
      this.#current = undefined
      this.#enqueue(td, cause === 'interrupted', 0)
      return true
    }
    share.wakes(nowNs)
    share.reckon(this.ule.knobs.interact)
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

  /** The near groups have just been looked through, unless it was idle before. */
  seek(): Thread | undefined {
    const { trystealLimit, alwaysSteal } = this.ule.knobs
    const from = this.#isIdle ? 0 : trystealLimit
    const td = this.#isIdle && !alwaysSteal ? undefined : this.#steal(from)
    this.#isIdle = true
    if (td === undefined) {
      this.words.setLowest(MAX_PRIORITY)
      return undefined
    }
    this.#run(td)
    // The idle thread found it: that is one switch more.
    this.cpu.memory.charge(CONTEXT_SWITCH, 1)
    return td
  }

  /** Who switches often will have work again soon; who has a sibling would take its time. */
  get idleTurns(): number {
    const { idleSpins, idleSpinThresh } = this.ule.knobs
    const isBusy = this.#switches + this.#switchesBefore > idleSpinThresh
    return isBusy && !this.#hasSibling ? idleSpins : 0
  }

  claim(td: Thread): boolean {
    const { cpu, queue } = shareOf(td)
    if (queue === undefined || cpu !== this.index) return false
    this.#run(td)
    return true
  }

  sleep(td: Thread): void {
    const nowNs = this.cpu.now()
    shareOf(td).sleeps(nowNs)
    shareOf(td).ranAtNs = nowNs
    this.#current = undefined
    this.#change(() => this.words.setLoad(this.words.load - 1))
  }

  rivals(td: Thread): boolean {
    return this.queues.rivals(td)
  }

  tick(current: Thread | undefined): boolean {
    const { hz, stathz } = this.ule.knobs
    this.#phase += stathz
    if (this.#phase < hz) return false
    this.#phase -= hz
    this.#switchesBefore = this.#switches
    this.#switches = this.words.load
    this.queues.tick()
    return current !== undefined && this.#sample(current)
  }

  lend(td: Thread): void {
    if (shareOf(td).queue === undefined) {
      td.reckonPriority()
      return
    }
    this.#change(() => {
      this.queues.remove(td)
      td.reckonPriority()
      this.queues.add(td, false)
    })
    this.#notify(td)
  }

  give(td: Thread, to: UleCpu): void {
    this.#change(() => {
      this.queues.remove(td)
      this.words.setLoad(this.words.load - 1)
    })
    shareOf(td).cpu = to.index
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
    shareOf(td).cpu = this.index
    if (td.pcpu !== this.cpu) td.moveTo(this.#host)
    this.#enqueue(td, false, 1)
  }

  #enqueue(td: Thread, isFirst: boolean, more: number): void {
    this.#change(() => {
      this.queues.add(td, isFirst)
      if (more > 0) this.words.setLoad(this.words.load + more)
    })
  }

  #run(td: Thread): void {
    this.#change(() => {
      if (shareOf(td).queue !== undefined) this.queues.remove(td)
      this.#current = td
    })
    this.#isIdle = false
    this.#switches++
    shareOf(td).usage.update(this.cpu.now(), false)
  }

  #steal(from: number, to?: number): Thread | undefined {
    const td = this.ule.balancing.steal(this, from, to)
    if (td === undefined) return undefined
    this.#arrive(td)
    return td
  }

  /** Tells this CPU of a thread that another has put here: tdq_notify. */
  #notify(td: Thread): void {
    if (this.#isOwed || !this.isShared) return
    if (this.#current === undefined) {
      this.ule.remoteWakes++
      this.cpu.raise(this.cpu.id, VECTOR.work)
      return
    }
    if (!this.#host.preemption.applies(td.priority, this.#current.priority, true)) return
    this.#isOwed = true
    this.ule.remotePreemptions++
    this.cpu.raise(this.cpu.id, VECTOR.preempt)
  }

  /** A sample of who runs: sched_clock. True when the turn of `td` is over. */
  #sample(td: Thread): boolean {
    const { knobs } = this.ule
    const share = shareOf(td)
    if (sharesTime(td.basePriority)) {
      share.runs(this.cpu.now(), 1e9 / knobs.stathz)
      share.reckon(knobs.interact)
    }
    if (++share.sliceTicks < this.#sliceTicks()) return false
    share.sliceTicks = 0
    return this.queues.length > 0
  }

  /** The more threads share this CPU, the shorter their turns: tdq_slice. */
  #sliceTicks(): number {
    const { slice, sliceMinDivisor } = this.ule.knobs
    const others = this.queues.length
    if (others >= sliceMinDivisor) return Math.max(1, Math.floor(slice / sliceMinDivisor))
    return others <= 1 ? slice : Math.floor(slice / others)
  }

  /** Changes the queues under their lock, and publishes how urgent they are. */
  #change(how: () => void): void {
    this.words.lock()
    how()
    const queued = this.queues.first()?.priority ?? MAX_PRIORITY
    this.words.setLowest(Math.min(queued, this.#current?.priority ?? MAX_PRIORITY))
    this.words.unlock()
  }
}
