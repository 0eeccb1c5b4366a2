import { READ_COST_NS } from '../counters/read-cost.ts'
import { PROGRAM_COST_NS } from '../event-timers/program-cost.ts'

/**
 * A price in ns for all named work of this package: pass it as `workNs` to a simulated machine
 * whose profile has none. A windup's own work, besides its memory accesses, is some 64-bit
 * multiplications and the handling of a second.
 */
export const WORK_COST_NS: Readonly<Record<string, number>> = {
  ...READ_COST_NS,
  ...PROGRAM_COST_NS,
  windup: 100,
}
