import { describe, expect, it } from 'vitest'
import { Bsd, type BsdKnobs } from '../src/index.ts'
import { hogs, type PolicyMaker, sharedPolicyCases } from './shared-policy.case.ts'
import { runLoad, spread } from './simulated-load.ts'

const bsd = (knobs: Partial<BsdKnobs> = {}): PolicyMaker => {
  return () => {
    const shared = new Bsd(knobs)
    return (cpu) => shared.on(cpu)
  }
}

sharedPolicyCases('4BSD', bsd())

describe('4BSD', () => {
  it('lets a newcomer catch up on threads that have used much', () => {
    const late = { name: 'late', runNs: 1e9, on: 0 }
    const { got } = runLoad({ cpus: 1, untilNs: 3e9, threads: [...hogs(3), late], policy: bsd() })
    expect(spread(got, 'late').least).toBeGreaterThan(0.2 * 3e9)
  })

  it('moves threads freely, since it has one queue', () => {
    const threads = Array.from({ length: 6 }, (_, i) => ({ runNs: 1e6, sleepNs: 3e5 * (i + 1) }))
    const { policies } = runLoad({ cpus: 4, untilNs: 0.2e9, threads, policy: bsd() })
    expect(policies[0]!.sysctl()['kern.sched.stats.migration']).toBeGreaterThan(20)
  })

  it('says what it did by the names of FreeBSD', () => {
    const { policies } = runLoad({ cpus: 2, untilNs: 1e8, threads: hogs(3), policy: bsd() })
    expect(policies[0]!.sysctl()).toMatchObject({
      'kern.sched.name': '4BSD',
      'kern.sched.quantum': 94488,
      'kern.sched.ipiwakeup.enabled': 1,
    })
  })

  it('refuses knobs that cannot be', () => {
    expect(() => new Bsd({ slice: 1.5 })).toThrow(
      "4BSD's slice is a whole number, at least 1: 1.5",
    )
    expect(() => new Bsd({ stathz: 2000 })).toThrow('1000 a second: stathz 2000 came')
    expect(() => new Bsd({ loadAverage: -1 })).toThrow('0 threads or more: -1 came')
  })
})
