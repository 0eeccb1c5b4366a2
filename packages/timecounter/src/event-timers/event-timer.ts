import { came, type Interrupt, type Memory } from '@smpnet/memory'
import { BadTime } from '../errors.ts'
import { programWork } from './program-cost.ts'

/** What an interrupt of a timer runs. */
type Ring = (irq: Interrupt) => void

/** Time and interrupts, as models of timers need them; a CPU of either machine supplies them. */
export interface AlarmSource {
  /** Nanoseconds since the machine started. */
  nowNs(): number
  /** Interrupts in `delayNs`, or later when the CPU is busy. */
  alarm(delayNs: number, ring: Ring): { cancel(): void }
}

/** Hardware that interrupts: FreeBSD's `struct eventtimer`. */
export interface EventTimer {
  readonly name: string
  /** The best is chosen; never one below 0. */
  readonly quality: number
  /** Its rate, in Hz, of which its periods are multiples. */
  readonly frequency: number
  readonly isPeriodic: boolean
  readonly isOneShot: boolean
  /** Whether each CPU has one. */
  readonly isPerCpu: boolean
  /** Shortest and longest time that can be set, in ns. */
  readonly leastNs: number
  readonly mostNs: number
  /**
   * Calls `ring` after `firstNs`, and then every `periodNs` if that is given. Times are rounded to
   * what the hardware can do and a one-shot one never rings early. Throws BadTime for a time out of
   * range, or for a mode that it does not have.
   */
  start(firstNs: number, periodNs: number | undefined, ring: Ring): void
  stop(): void
}

/** The figures of a model. */
export interface TimerShape {
  readonly name: 'LAPIC' | 'HPET' | 'i8254' | 'RTC'
  readonly quality: number
  readonly frequency: number
  readonly isPeriodic: boolean
  readonly isOneShot: boolean
  readonly isPerCpu: boolean
  readonly leastNs: number
  readonly mostNs: number
  /** Whether periods are powers of two of a count. */
  readonly isPowerOfTwo?: boolean
}

/** A timer of some shape, on the time of `source`; programming it is billed to `memory`'s CPU. */
export function eventTimer(shape: TimerShape, memory: Memory, source: AlarmSource): EventTimer {
  const program = programWork(shape.name)
  let set: { cancel(): void } | undefined
  const stop = () => {
    set?.cancel()
    set = undefined
  }
  const repeat = (atNs: number, periodNs: number, ring: Ring): void => {
    set = source.alarm(Math.max(0, atNs - source.nowNs()), (irq) => {
      repeat(nextAfter(atNs, periodNs, source.nowNs()), periodNs, ring)
      ring(irq)
    })
  }
  return {
    ...shape,
    start: (firstNs, periodNs, ring) => {
      check(shape, firstNs, periodNs)
      stop()
      memory.charge(program, 1)
      const atNs = source.nowNs() + quantized(shape, firstNs, Math.ceil)
      if (periodNs === undefined) set = source.alarm(atNs - source.nowNs(), ring)
      else repeat(atNs, quantized(shape, periodNs, Math.round), ring)
    },
    stop,
  }
}

/** Hardware goes on counting: a period that was missed is lost, and the next keeps the phase. */
function nextAfter(atNs: number, periodNs: number, nowNs: number): number {
  const missed = Math.max(0, Math.floor((nowNs - atNs) / periodNs))
  return atNs + (missed + 1) * periodNs
}

function quantized({ frequency, isPowerOfTwo }: TimerShape, ns: number, round: Rounding): number {
  const counts = Math.max(1, (ns * frequency) / 1e9)
  const whole = isPowerOfTwo === true ? 2 ** Math.round(Math.log2(counts)) : round(counts)
  return (whole / frequency) * 1e9
}

type Rounding = (counts: number) => number

function check(shape: TimerShape, firstNs: number, periodNs: number | undefined): void {
  const { name, leastNs, mostNs } = shape
  const mode = periodNs === undefined ? 'one-shot' : 'periodic'
  if (periodNs === undefined ? !shape.isOneShot : !shape.isPeriodic) {
    const has = shape.isOneShot ? 'one-shot' : 'periodic'
    throw new BadTime(`${name}: expected its ${has} mode, came ${came(mode)}`)
  }
  for (const ns of [firstNs, periodNs ?? firstNs]) {
    if (ns >= leastNs && ns <= mostNs) continue
    throw new BadTime(`${name}: expected ${leastNs} to ${mostNs} ns, came ${came(ns)}`)
  }
}
