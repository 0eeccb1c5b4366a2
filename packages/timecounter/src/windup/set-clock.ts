import { came } from '@smpnet/memory'
import { Bintime } from '../arithmetic/bintime.ts'
import { BadTime } from '../errors.ts'
import { HANDS, setBoottime, setWide } from '../timehands/hands.ts'
import { setScale } from '../timehands/scale.ts'
import type { Windup } from './windup.ts'
import { MAX_TIME_CONSTANT, STA_DEL, STA_INS, STA_PLL } from '../discipline/ntp.ts'

/**
 * The system calls that change a clock, as methods over a writer. None of them touches uptime:
 * UTC is uptime plus a boot time, and only that is set, so CLOCK_MONOTONIC never steps.
 */
export class SetClock {
  constructor(readonly windup: Windup) {}

  /** settimeofday(2): UTC is `utc` now. False when the counter was refused. */
  setUtc(utc: Bintime): boolean {
    checkTime(utc)
    const { windup } = this
    const uptime = new Bintime()
    const isSet = windup.change((words) => {
      const boottime = new Bintime().set(utc).subtract(windup.uptime(uptime))
      setBoottime(words, boottime)
      setWide(words, HANDS.second, utc.sec)
    })
    if (isSet) windup.count('steps')
    return isSet
  }

  /** Uses another counter, from now on. */
  useCounter(index: number): boolean {
    const { windup } = this
    const counter = windup.counters[index]
    if (counter === undefined) {
      const count = windup.counters.length
      throw new RangeError(`counter: expected one of ${count} counters, came ${came(index)}`)
    }
    return windup.change((words) => {
      words[HANDS.counter] = index
      setWide(words, HANDS.offsetCount, counter.read())
      setScale(words, counter.frequency, windup.ntp.getWide('adjustment'))
    })
  }

  /** adjtime(2): brings UTC forward by `us` microseconds, slowly; replaces what was left. */
  slewUs(us: number): boolean {
    if (!Number.isInteger(us) || Math.abs(us) > 0x7fffffff) {
      throw new BadTime(`adjtime: expected whole µs below 2^31, came ${came(us)}`)
    }
    return this.windup.change(() => this.windup.ntp.set('slewUs', us))
  }

  /** ntp_adjtime(2), MOD_OFFSET: the reference is `offsetNs` ahead. Turns the loop on. */
  offsetNs(offsetNs: number, timeConstant = 0): boolean {
    if (!Number.isInteger(timeConstant) || timeConstant < 0 || timeConstant > MAX_TIME_CONSTANT) {
      throw new BadTime(
        `time constant: expected 0 to ${MAX_TIME_CONSTANT}, came ${came(timeConstant)}`,
      )
    }
    const { windup } = this
    const uptime = new Bintime()
    return windup.change(() => {
      windup.ntp.set('status', windup.ntp.get('status') | STA_PLL)
      windup.ntp.set('constant', timeConstant)
      windup.ntp.update(offsetNs, windup.uptime(uptime).sec)
    })
  }

  /** Asks for a leap second at the end of the day of UTC, or takes that back. */
  leap(kind: 'insert' | 'delete' | 'none'): boolean {
    const bits = kind === 'insert' ? STA_INS : kind === 'delete' ? STA_DEL : 0
    const { ntp } = this.windup
    return this.windup.change(() => {
      ntp.set('status', (ntp.get('status') & ~(STA_INS | STA_DEL)) | bits)
    })
  }
}

function checkTime({ sec }: Bintime): void {
  if (Number.isSafeInteger(sec) && Math.abs(sec) < 2 ** 50) return
  throw new BadTime(`UTC: expected whole seconds below 2^50, came ${came(sec)}`)
}
