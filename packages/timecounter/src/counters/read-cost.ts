import { type Work, work } from '@smpnet/memory'

/**
 * What reading each counter costs, as named work that a machine profile prices, and a price in ns
 * for profiles that have none: the middle of what has been measured of such hardware. Sources: P-H.
 * Kamp, "Timecounters", 2002, for what a read is; FreeBSD's mailing lists 2005 to 2012 for figures.
 */
export const READ_COST_NS = {
  'read-dummy': 1,
  'read-i8254': 3_250,
  'read-acpi-safe': 2_750,
  'read-acpi-fast': 950,
  'read-hpet': 750,
  'read-tsc': 22,
} as const satisfies Record<string, number>

export type ReadCost = keyof typeof READ_COST_NS

/** The named work of a counter's read. */
export function readWork(name: ReadCost): Work {
  return work(name)
}
