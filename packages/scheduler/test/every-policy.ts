import type { Cpu } from '@smpnet/machine'
import { Bsd, PriorityPolicy, type SchedulingPolicy, Ule } from '../src/index.ts'

type PolicyOf = (cpu: Cpu) => SchedulingPolicy

/** What makes, for one machine, what gives each CPU its policy: of every policy there is. */
export const everyPolicy: readonly (readonly [name: string, make: () => PolicyOf])[] = [
  ['priority', () => () => new PriorityPolicy()],
  [
    '4BSD',
    () => {
      const shared = new Bsd()
      return (cpu) => shared.on(cpu)
    },
  ],
  [
    'ULE',
    () => {
      const shared = new Ule()
      return (cpu) => shared.on(cpu)
    },
  ],
]
