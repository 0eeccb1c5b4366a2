import { came } from '@smpnet/memory'
import { BadTime } from '../errors.ts'
import { setWide, wide } from '../timehands/hands.ts'
import { ADJUSTMENT_UNITS } from '../timehands/scale.ts'

/**
 * The kernel's clock discipline: D. Mills' hybrid phase- and frequency-locked loop, as FreeBSD's
 * kern_ntptime.c has it (RFC 5905, section 11.3, describes its daemon side). A daemon measures how
 * far the clock is behind the reference and gives that to `update`; once a second, `second` says by
 * how much the next one is to be longer or shorter. Figures are in units of 2^-24 ns, so they are
 * whole numbers, and the state fits into words that are published with the timehands.
 */
const UNITS = ADJUSTMENT_UNITS
/** The phase loop's gain is 2^-(4 + time constant) a second. */
const SHIFT_PLL = 4
/** The frequency loop's averaging factor is 2^-2. */
const SHIFT_FLL = 2
/** Between updates: below, the phase loop works; above the second, the frequency loop always. */
const MIN_SEC = 256
const MAX_SEC = 2048
export const MAX_TIME_CONSTANT = 10
/** The largest phase that is taken, in ns, and the largest frequency, in ns per second. */
export const MAX_PHASE_NS = 500_000_000
export const MAX_FREQUENCY_PPB = 500_000
/** adjtime(2) slews at 500 µs a second, and ten times that while more than a second is left. */
const SLEW_US = 500
const FAST_SLEW_US = 5_000
const FAR_US = 1_000_000

/** Bits of the status, with FreeBSD's values (sys/timex.h). */
export const STA_PLL = 0x0001
export const STA_FLL = 0x0008
export const STA_INS = 0x0010
export const STA_DEL = 0x0020
export const STA_FREQHOLD = 0x0080

/** The words of a discipline, from its first. */
const WORDS = {
  status: 0,
  leap: 1,
  tai: 2,
  constant: 3,
  slewUs: 4,
  reference: 5,
  phase: 6,
  frequency: 8,
  adjustment: 10,
} as const

/** The discipline's state, over words of a record that its writer is working on. */
export class Ntp {
  constructor(
    readonly words: Int32Array,
    readonly at: number,
  ) {}

  get(name: 'status' | 'leap' | 'tai' | 'constant' | 'slewUs' | 'reference'): number {
    return this.words[this.at + WORDS[name]]!
  }

  set(name: 'status' | 'leap' | 'tai' | 'constant' | 'slewUs' | 'reference', value: number): void {
    this.words[this.at + WORDS[name]] = value
  }

  /** In 2^-24 ns: how far the clock still has to go, its rate's error, and what is applied now. */
  getWide(name: 'phase' | 'frequency' | 'adjustment'): number {
    return wide(this.words, this.at + WORDS[name])
  }

  setWide(name: 'phase' | 'frequency' | 'adjustment', value: number): void {
    setWide(this.words, this.at + WORDS[name], value)
  }

  /**
   * Takes a measurement: the reference is `offsetNs` ahead of the clock (behind it, below 0), at
   * `uptimeSec`. Larger offsets count as 0.5 s. Does nothing unless the loop is on (`STA_PLL`).
   */
  update(offsetNs: number, uptimeSec: number): void {
    if (!Number.isFinite(offsetNs)) {
      throw new BadTime(`offset: expected a number of ns, came ${came(offsetNs)}`)
    }
    const status = this.get('status')
    if ((status & STA_PLL) === 0) return
    const offset = clamp(Math.round(offsetNs * UNITS), MAX_PHASE_NS * UNITS)
    this.setWide('phase', offset)
    const isFirst = (status & STA_FREQHOLD) !== 0 || this.get('reference') === 0
    const sinceSec = isFirst ? 0 : uptimeSec - this.get('reference')
    const gain = 2 ** (2 * (SHIFT_PLL + 2 + this.get('constant')))
    let frequency = this.getWide('frequency') + Math.trunc((offset * sinceSec) / gain)
    const isLocking = (status & STA_FLL) !== 0 || sinceSec > MAX_SEC
    if (sinceSec >= MIN_SEC && isLocking) {
      frequency += Math.trunc(offset / sinceSec / 2 ** SHIFT_FLL)
    }
    this.set('reference', uptimeSec)
    this.setWide('frequency', clamp(frequency, MAX_FREQUENCY_PPB * UNITS))
  }

  /** Works out the adjustment for the next second: part of the phase, the rate, and the slew. */
  second(): void {
    const phase = this.getWide('phase')
    const part = Math.trunc(phase / 2 ** (SHIFT_PLL + this.get('constant')))
    this.setWide('phase', phase - part)
    const slew = this.#slew()
    this.setWide('adjustment', part + this.getWide('frequency') + slew * 1000 * UNITS)
  }

  #slew(): number {
    const left = this.get('slewUs')
    const slew = clamp(left, Math.abs(left) > FAR_US ? FAST_SLEW_US : SLEW_US)
    this.set('slewUs', left - slew)
    return slew
  }
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value))
}
