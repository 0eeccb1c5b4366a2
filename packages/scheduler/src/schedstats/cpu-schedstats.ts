import type { Cpu } from '@smpnet/machine'
import type { Address } from '@smpnet/memory'
import { TIMED_OUT } from '@smpnet/park'
import type { Observer } from '../thread/observer.ts'
import type { SwitchReason } from '../thread/switch-reason.ts'
import type { Thread } from '../thread/thread.ts'
import { DelayHistogram } from './delay-histogram.ts'
import type { WakeupFigures } from './figures.ts'
import type { WatchedIsolate } from './watched-isolate.ts'

/**
 * What one CPU has of a `Schedstats`: it observes the CPU's scheduler, and counts for it.
 * Begins with an idle CPU.
 */
export class CpuSchedstats implements Observer {
  readonly #delays = new DelayHistogram()
  readonly #wakes = {
    starts: 0,
    byThread: 0,
    toOtherCpu: 0,
    byTimer: 0,
    fromOutside: 0,
    posted: 0,
  }
  #heldLockSwitches = 0
  #lockBlocks = 0
  #loans = 0
  /** What the shared time of queued work was when this CPU fell idle; undefined while it runs. */
  #idleFromNs: number | undefined
  #idleNs = 0

  constructor(
    readonly cpu: Cpu,
    readonly shared: WatchedIsolate,
  ) {
    shared.cpus++
    this.#idleFromNs = shared.queued.upTo(shared.nowNs(cpu))
  }

  switched(to: Thread | undefined, from: Thread | undefined, why: SwitchReason): void {
    const { cpu, shared } = this
    const nowNs = shared.nowNs(cpu)
    shared.heldLocks.switched(to, from, why)
    shared.queued.switched(to, from, why, nowNs)
    this.#turnsIdle(to === undefined, nowNs)
    if (to !== undefined) this.#runs(to, nowNs)
  }

  resumed(td: Thread): void {
    const { cpu, shared } = this
    const nowNs = shared.nowNs(cpu)
    shared.queued.switched(td, undefined, 0, nowNs)
    this.#runs(td, nowNs)
  }

  woken(td: Thread, by: Thread | undefined, isStart: boolean): void {
    const { cpu, shared } = this
    const nowNs = shared.nowNs(cpu)
    shared.queued.queue(td, nowNs)
    if (isStart) {
      this.#wakes.starts++
      return
    }
    shared.wokenNs.set(td, shared.postedNs.get(td.at) ?? nowNs)
    shared.postedNs.delete(td.at)
    this.#countWake(td, by)
  }

  kept({ at }: Thread): void {
    const { cpu, shared } = this
    if (shared.postedNs.delete(at)) shared.queued.receive(at, shared.nowNs(cpu))
  }

  /** What is posted to another isolate is only counted: it is received there. */
  posted(entry: Address): void {
    const { cpu, shared } = this
    this.#wakes.posted++
    if (!shared.seesAll(cpu)) return
    const nowNs = shared.nowNs(cpu)
    shared.postedNs.set(entry, nowNs)
    shared.queued.post(entry, nowNs)
  }

  blocked(td: Thread, _lock: Address, owner: Address): void {
    this.#lockBlocks++
    if (this.shared.heldLocks.isHit(td, owner)) this.#heldLockSwitches++
  }

  borrowed(): void {
    this.#loans++
  }

  /** Up to now. */
  figures(): WakeupFigures {
    const { cpu, shared } = this
    const nowNs = shared.nowNs(cpu)
    if (this.#idleFromNs !== undefined) this.#turnsIdle(true, nowNs)
    return {
      heldLockSwitches: this.#heldLockSwitches,
      lockBlocks: this.#lockBlocks,
      loans: this.#loans,
      runDelay: this.#delays.counts(),
      idleBesideQueuedNs: shared.seesAll(cpu) ? this.#idleNs : undefined,
      wakes: { ...this.#wakes },
    }
  }

  #countWake(td: Thread, by: Thread | undefined): void {
    const wakes = this.#wakes
    if (by !== undefined) {
      wakes.byThread++
      if (td.pcpu !== this.cpu) wakes.toOtherCpu++
    } else if (td.outcome === TIMED_OUT) wakes.byTimer++
    else wakes.fromOutside++
  }

  #runs(td: Thread, nowNs: number): void {
    const { wokenNs } = this.shared
    const since = wokenNs.get(td)
    if (since === undefined) return
    wokenNs.delete(td)
    this.#delays.record(nowNs - since)
  }

  /** Ends an idle time, if there was one, and perhaps begins the next. */
  #turnsIdle(isIdle: boolean, nowNs: number): void {
    const queuedNs = this.shared.queued.upTo(nowNs)
    if (this.#idleFromNs !== undefined) this.#idleNs += queuedNs - this.#idleFromNs
    this.#idleFromNs = isIdle ? queuedNs : undefined
  }
}
