import { wakeupPolicies } from '@smpnet/scheduler'
import { describe, expect, it } from 'vitest'
import {
  bsd,
  defineStack,
  live,
  priority,
  sim,
  type StackInput,
  StackMisconfigured,
  ule,
  WAKEUP_NAMES,
} from '../src/index.ts'

const machine = sim({ cpus: 2 })

/** What somebody without a compiler may write. */
const WRONG: [input: unknown, sentence: string][] = [
  [{}, 'machine.kind: expected sim or live, came nothing'],
  [{ machine: { kind: 'vax' } }, 'machine.kind: expected sim or live, came "vax"'],
  [{ machine: sim({ cpus: 33 }) }, 'machine.cpus: expected a whole number from 1 to 32, came 33'],
  [
    { machine: sim({ cpus: 1.5 }) },
    'machine.cpus: expected a whole number from 1 to 32, came 1.5',
  ],
  [{ machine: live({ cpus: 65 }) }, 'machine.cpus: expected a whole number from 1 to 64, came 65'],
  [{ machine: { ...machine, profile: 'cray-1' } }, 'machine.profile: expected xeon-e5-2650, '],
  [
    { machine: { ...live({ cpus: 1 }), profile: 'xeon-8176' } },
    'machine: expected the keys kind, cpus, seed and memoryBytes, came "profile"',
  ],
  [{ machine: sim({ cpus: 1, seed: -1 }) }, 'machine.seed: expected a whole number from 0'],
  [
    { machine, sheduler: ule() },
    'stack: expected the keys machine, scheduler, locks and statistics, came "sheduler"',
  ],
  [
    { machine, scheduler: { policy: 'cfs' } },
    'scheduler.policy: expected priority, 4bsd or ule, came "cfs"',
  ],
  [
    { machine, scheduler: { policy: 'priority', knobs: {} } },
    'scheduler: expected the keys policy, preemption, wakeup, accounting and timecounter, came',
  ],
  [
    { machine, scheduler: { policy: 'ule', wakeup: 'eager' } },
    'scheduler.wakeup: expected preempt, no-preempt, deferred-to-unlock or handoff, came "eager"',
  ],
  [
    { machine, scheduler: { policy: 'ule', preemption: 256 } },
    'scheduler.preemption: expected none, kernel, full or a priority from 0 to 255, came 256',
  ],
  [
    { machine, scheduler: ule({ knobs: { slice: 0 } }) },
    "scheduler.knobs: ULE's slice is a whole number, at least 1: 0 came",
  ],
  [
    { machine, scheduler: bsd({ knobs: { runqFuzz: 0 } }) },
    "scheduler.knobs: 4BSD's runqFuzz is a whole number, at least 1: 0 came",
  ],
  [
    { machine, scheduler: { policy: 'ule', knobs: { slize: 3 } } },
    'scheduler.knobs: expected the keys slice, sliceMinDivisor, ',
  ],
  [{ machine, locks: { watch: 'yes' } }, 'locks.watch: expected true or false, came "yes"'],
  [{ machine, locks: true }, 'locks: expected an object with watch and profile, came true'],
  [
    { machine: live({ cpus: 1 }), scheduler: ule({ accounting: 'cycles' }) },
    'scheduler.accounting: expected none or time on real threads',
  ],
  [
    { machine, scheduler: ule({ timecounter: 'HPET' }) },
    'scheduler.timecounter: expected nothing where nothing is billed, came "HPET"',
  ],
  [
    { machine, scheduler: ule({ accounting: 'time', timecounter: 'sundial' }) },
    'scheduler.timecounter: expected i8254, ACPI-safe, ACPI-fast, HPET or TSC, came "sundial"',
  ],
]

describe('a configuration', () => {
  it.each(WRONG)('%j is refused, with the path of its key', (input, sentence) => {
    const define = () => defineStack(input as StackInput)
    expect(define).toThrow(StackMisconfigured)
    expect(define).toThrow(sentence)
  })

  it('is filled in where it leaves something out', () => {
    expect(defineStack({ machine: live({ cpus: 1 }) })).toEqual({
      machine: { kind: 'live', cpus: 1, seed: 1 },
      scheduler: { policy: 'priority', preemption: 'full', wakeup: 'preempt', accounting: 'none' },
      locks: { watch: false, profile: false },
      statistics: false,
    })
  })

  it.each([priority(), bsd({ knobs: { slice: 6 } }), ule({ preemption: 200, wakeup: 'handoff' })])(
    'is data that a worker can be given: %j',
    (scheduler) => {
      const config = defineStack({ machine, scheduler })
      expect(structuredClone(config)).toEqual(config)
      expect(defineStack(config)).toEqual(config)
      expect(config.scheduler).toMatchObject(scheduler)
    },
  )

  it('knows the wakeup policies that the scheduler has', () => {
    expect(WAKEUP_NAMES).toEqual([...wakeupPolicies.keys()])
  })
})
