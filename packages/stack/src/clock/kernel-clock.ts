import type { Cpu } from '@smpnet/machine'
import type { Address, Arena } from '@smpnet/memory'
import type { TickSource } from '@smpnet/scheduler'
import {
  acpiFast,
  acpiSafe,
  type Counter,
  CpuTicker,
  hpet,
  I8254_BYTES,
  i8254,
  placeTimehands,
  Timehands,
  TIMEHANDS_BYTES,
  type TimehandsHandle,
  tsc,
  tscCounter,
  uptimeTicker,
  Windup,
} from '@smpnet/timecounter'

/** Windups per second: FreeBSD's kern.hz. */
export const HZ = 1000
const TICK_NS = 1e9 / HZ
/** Near enough for both profiles: only how fine the TSC counts depends on it. */
const TSC_HZ = 2_600_000_000
/** As many bits as a number counts without gaps. */
const WIDE_MASK = 2 ** 53 - 1

/** Where a machine's i8254 and its timehands are; it can be cloned. */
export interface KernelClockHandle {
  readonly i8254: Address
  readonly timehands: TimehandsHandle
}

/** Bytes that `KernelClock.place` takes. */
export const KERNEL_CLOCK_BYTES = I8254_BYTES + TIMEHANDS_BYTES

/** Models bill what a read costs, so the true time that they count costs nothing. */
export const CLOCK_PRICES: Readonly<Record<string, number>> = { 'clock-read': 0 }

/**
 * The counters of the host by name, for a live machine, whose devices JavaScript cannot read. They
 * come from outside, since no package looks at the host's clocks by itself.
 */
export type HostCounters = (name: string) => Counter | undefined

/** The time of a machine, kept by one of its counters, as one CPU has it. */
export class KernelClock {
  readonly timehands: Timehands
  readonly counters: readonly Counter[]

  constructor(
    readonly cpu: Cpu,
    readonly handle: KernelClockHandle,
    counter: string,
    hosts?: HostCounters,
  ) {
    this.counters = [counterOf(counter, cpu, handle.i8254, hosts)]
    this.timehands = new Timehands(cpu.memory, handle.timehands, this.counters)
  }

  /** Places the device and starts the clock at 0, before any CPU boots. */
  static place(arena: Arena, counter: string, hosts?: HostCounters): KernelClockHandle {
    const i8254 = arena.place('i8254', I8254_BYTES)
    const atZero = { now: () => 0, memory: arena.memory } as Cpu
    const timehands = placeTimehands(arena, [counterOf(counter, atZero, i8254, hosts)])
    return { i8254, timehands }
  }

  /** The whole TSC, which wraps after months: to watch over a counter that wraps sooner. */
  wideTsc(): Counter {
    const { cycles } = tsc({ nowNs: () => this.cpu.now() }, TSC_HZ)
    return { name: 'TSC', mask: WIDE_MASK, frequency: TSC_HZ, quality: 0, read: cycles }
  }

  /** Ticks on this CPU from now on: one CPU of the machine does. */
  tick(): void {
    const windup = new Windup(this.cpu.memory, this.handle.timehands, this.counters)
    const next = (): void => {
      windup.tick()
      this.cpu.alarm(TICK_NS, next)
    }
    this.cpu.alarm(TICK_NS, next)
  }

  /** What a switch is billed by: uptime, read and converted each time, or cycles of the TSC. */
  ticker(accounting: 'time' | 'cycles'): TickSource {
    if (accounting === 'time') return uptimeTicker(this.timehands)
    return new CpuTicker(counterOf('TSC', this.cpu, this.handle.i8254))
  }
}

/** Throws a RangeError for a counter that neither the host nor a simulated machine has. */
function counterOf(name: string, cpu: Cpu, i8254At: Address, hosts?: HostCounters): Counter {
  const { memory } = cpu
  const host = hosts?.(name)
  if (host !== undefined) return host
  const source = { nowNs: () => cpu.now() }
  if (name === 'i8254') return i8254(memory, i8254At, source)
  if (name === 'ACPI-safe') return acpiSafe(memory, source)
  if (name === 'ACPI-fast') return acpiFast(memory, source)
  if (name === 'HPET') return hpet(memory, source)
  if (name !== 'TSC') throw new RangeError(`a machine has no timecounter "${name}"`)
  return tscCounter(memory, tsc(source, TSC_HZ), { isInvariant: true, isSynchronized: true })
}
