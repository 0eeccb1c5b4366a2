import type { Cpu } from '@smpnet/machine'
import { type Address, NIL } from '@smpnet/memory'
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
  /** The waiter that came out of the mailbox just now, and when it was posted. */
  #fetched: Address = NIL
  #fetchedNs = 0

  constructor(
    readonly cpu: Cpu,
    readonly shared: WatchedIsolate,
  ) {
    shared.cpus++
    shared.timeline.turns(cpu.id, true, this.#nowNs())
  }

  switched(to: Thread | undefined, from: Thread | undefined, why: SwitchReason): void {
    const { cpu, shared } = this
    const nowNs = this.#nowNs()
    this.#fetched = NIL
    shared.heldLocks.switched(to, from, why)
    shared.queued.switched(to, from, why, nowNs)
    if (from === undefined || to === undefined)
      shared.timeline.turns(cpu.id, to === undefined, nowNs)
    if (to !== undefined) this.#delayEnds(to, nowNs)
  }

  resumed(td: Thread): void {
    const nowNs = this.#nowNs()
    this.#fetched = NIL
    this.shared.queued.runs(td, nowNs)
    this.#delayEnds(td, nowNs)
  }

  woken(td: Thread, by: Thread | undefined, isStart: boolean): void {
    const { shared } = this
    const nowNs = this.#nowNs()
    shared.queued.queue(td, nowNs)
    if (isStart) {
      this.#wakes.starts++
      return
    }
    const isMail = by === undefined && td.at === this.#fetched
    shared.wokenNs.set(td, isMail ? this.#fetchedNs : nowNs)
    this.#fetched = NIL
    this.#countWake(td, by)
  }

  fetched(entry: Address): void {
    this.#fetched = entry
    this.#fetchedNs = this.shared.queued.fetch(entry, this.#nowNs())
  }

  /** What is posted to another isolate is only counted: it is received there. */
  posted(entry: Address): void {
    const { cpu, shared } = this
    this.#wakes.posted++
    if (shared.seesAll(cpu)) shared.queued.post(entry, this.#nowNs())
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
    const idleNs = shared.timeline.of(cpu.id, this.#nowNs())
    return {
      heldLockSwitches: this.#heldLockSwitches,
      lockBlocks: this.#lockBlocks,
      loans: this.#loans,
      runDelay: this.#delays.counts(),
      idleBesideQueuedNs: shared.seesAll(cpu) ? idleNs : undefined,
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

  #delayEnds(td: Thread, nowNs: number): void {
    const { wokenNs } = this.shared
    const sinceNs = wokenNs.get(td)
    if (sinceNs === undefined) return
    wokenNs.delete(td)
    this.#delays.record(Math.max(0, nowNs - sinceNs))
  }

  #nowNs(): number {
    return this.cpu.instant?.() ?? this.cpu.now()
  }
}
