import { type Work, work } from '@smpnet/memory'

/**
 * What setting each timer costs, as named work, and a price in ns for profiles that have none. No
 * figures are published; these follow from what is done: one uncached write for the LAPIC, three
 * accesses over the bus for the HPET, three port operations for the others.
 */
export const PROGRAM_COST_NS = {
  'program-lapic': 100,
  'program-hpet': 1_500,
  'program-i8254': 3_000,
  'program-rtc': 3_000,
} as const satisfies Record<string, number>

export function programWork(name: 'LAPIC' | 'HPET' | 'i8254' | 'RTC'): Work {
  return work(`program-${name.toLowerCase()}` satisfies string)
}
