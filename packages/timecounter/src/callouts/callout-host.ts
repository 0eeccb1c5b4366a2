import type { Interrupt } from '@smpnet/memory'
import type { Lot } from '@smpnet/park'

/** What setting and stopping callouts needs of a thread: a CPU's, or one outside the machine. */
export interface CalloutCaller {
  /** The number of the CPU, or of the thread outside. */
  readonly cpu: number
  /** Nanoseconds on the clock that all CPUs share. */
  nowNs(): number
  /** Has CPU `target` look at its wheel, in an interrupt there. */
  raise(target: number): void
}

/** What running callouts needs of a CPU. */
export interface CalloutHost extends CalloutCaller {
  /** Wakes the softclock thread, and drainers. */
  readonly lot: Pick<Lot, 'unparkNow'>
  /** Calls `ring` in an interrupt of this CPU, not before `delayNs` have passed. */
  alarm(delayNs: number, ring: (irq: Interrupt) => void): { cancel(): void }
  /** Calls `handler` in an interrupt of this CPU when another has raised it. */
  onRaise(handler: (irq: Interrupt) => void): void
}

/** A CPU of either machine, as far as callouts need it; `Cpu` of `@smpnet/machine` is one. */
export interface CalloutCpu {
  readonly id: number
  readonly lot: Pick<Lot, 'unparkNow'>
  now(): number
  alarm(delayNs: number, ring: (irq: Interrupt) => void): { cancel(): void }
  raise(target: number, vector: number): void
  onInterrupt(vector: number, handler: (irq: Interrupt) => void): void
}

/**
 * A machine's CPU as a host. `vector` is the interrupt that means callouts on every CPU; `alarm`
 * stands in for the machine's own, such as that of a `CpuClock`, which bills an event timer.
 */
export function calloutHost(
  cpu: CalloutCpu,
  vector: number,
  alarm: CalloutHost['alarm'] = (delayNs, ring) => cpu.alarm(delayNs, ring),
): CalloutHost {
  return {
    cpu: cpu.id,
    lot: cpu.lot,
    nowNs: () => cpu.now(),
    alarm,
    raise: (target) => cpu.raise(target, vector),
    onRaise: (handler) => cpu.onInterrupt(vector, handler),
  }
}
