import { expectWhole } from '../terms/expect.ts'
import { CODEL_DEFAULTS, type CodelLimits } from './codel-law.ts'
import type { DisciplineKnobs } from './discipline.ts'

/** A second, above which no delay is a target. */
const MOST_US = 1e9

/** CoDel's limits as knobs say them. Throws a RangeError for what cannot be one. */
export function codelLimits(knobs: DisciplineKnobs = {}): CodelLimits {
  const { targetUs, intervalUs, mtu } = { ...CODEL_DEFAULTS, ...knobs }
  expectWhole('targetUs', targetUs, 1, MOST_US)
  expectWhole('intervalUs', intervalUs, targetUs, MOST_US)
  expectWhole('mtu', mtu, 1, 1 << 20)
  return { targetUs, intervalUs, mtu }
}
