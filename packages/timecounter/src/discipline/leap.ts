import { type Ntp, STA_DEL, STA_INS } from './ntp.ts'

/** Where the clock is with a leap second; the numbers are FreeBSD's (sys/timex.h). */
export const TIME_OK = 0
/** One will be inserted at the end of the day. */
export const TIME_INS = 1
/** One will be deleted. */
export const TIME_DEL = 2
/** In the inserted second, 23:59:60. */
export const TIME_OOP = 3
/** It has happened; waits until the daemon takes its request back. */
export const TIME_WAIT = 4

const DAY = 86_400

/** At the start of a second of UTC: where to go, and how far UTC is set. */
interface Step {
  readonly next: number
  readonly utc: -1 | 0 | 1
  readonly tai: -1 | 0 | 1
}

const stay = (next: number): Step => ({ next, utc: 0, tai: 0 })
const isInsertDue = (second: number): boolean => second % DAY === 0
const isDeleteDue = (second: number): boolean => (second + 1) % DAY === 0

/** The table of kern_ntptime.c: state, status bits and second, to what happens. */
const STEPS: readonly ((status: number, second: number) => Step)[] = [
  (status) => stay(status & STA_INS ? TIME_INS : status & STA_DEL ? TIME_DEL : TIME_OK),
  (status, second) => {
    if (!(status & STA_INS)) return stay(TIME_OK)
    return isInsertDue(second) ? { next: TIME_OOP, utc: -1, tai: 1 } : stay(TIME_INS)
  },
  (status, second) => {
    if (!(status & STA_DEL)) return stay(TIME_OK)
    return isDeleteDue(second) ? { next: TIME_WAIT, utc: 1, tai: -1 } : stay(TIME_DEL)
  },
  () => stay(TIME_WAIT),
  (status) => stay(status & (STA_INS | STA_DEL) ? TIME_WAIT : TIME_OK),
]

/** At the start of `second` of UTC: by how many seconds UTC is set, and the state goes on. */
export function leapSecond(ntp: Ntp, second: number): -1 | 0 | 1 {
  const step = STEPS[ntp.get('leap')]!(ntp.get('status'), second)
  ntp.set('leap', step.next)
  ntp.set('tai', ntp.get('tai') + step.tai)
  return step.utc
}
