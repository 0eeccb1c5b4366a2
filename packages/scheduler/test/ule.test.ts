import { describe, expect, it } from 'vitest'
import { Ule, type UleKnobs } from '../src/index.ts'
import { hogs, type PolicyMaker, sharedPolicyCases } from './shared-policy.case.ts'
import { runLoad, spread } from './simulated-load.ts'

const ule = (knobs: Partial<UleKnobs> = {}): PolicyMaker => {
  return () => {
    const shared = new Ule(knobs)
    return (cpu) => shared.on(cpu)
  }
}

sharedPolicyCases('ULE', ule())

describe('ULE', () => {
  it('steals no work when it may not', () => {
    const policy = ule({ stealIdle: false, balance: false })
    const { got } = runLoad({ cpus: 4, untilNs: 1e9, threads: hogs(4), policy })
    expect(spread(got, 'hog').most).toBeLessThan(0.5e9)
  })

  it('balances what nobody steals', () => {
    const policy = ule({ stealIdle: false, balanceInterval: 8 })
    const { got } = runLoad({ cpus: 4, untilNs: 2e9, threads: hogs(4), policy })
    expect(spread(got, 'hog').least).toBeGreaterThan(1.5e9)
  })

  it('keeps a thread on the CPU whose cache it has warmed', () => {
    const threads = Array.from({ length: 4 }, (_, on) => ({ on, runNs: 2e5, sleepNs: 5e5 }))
    const { got } = runLoad({ cpus: 8, untilNs: 1e9, threads, policy: ule() })
    for (const { moves, rounds } of got) expect(moves).toBeLessThan(0.02 * rounds)
  })

  it('says what it did by the names of FreeBSD', () => {
    const { policies } = runLoad({ cpus: 2, untilNs: 1e8, threads: hogs(3), policy: ule() })
    const sysctl = policies[0]!.sysctl()
    expect(sysctl).toMatchObject({
      'kern.sched.name': 'ULE',
      'kern.sched.quantum': 94488,
      'kern.sched.interact': 30,
      'kern.sched.steal_thresh': 2,
    })
    expect(sysctl['kern.sched.stats.stolen']).toBeGreaterThan(0)
  })

  it('refuses knobs that cannot be', () => {
    expect(() => new Ule({ slice: 0 })).toThrow(
      "ULE's slice is a whole number, at least 1: 0 came",
    )
    expect(() => new Ule({ interact: 101 })).toThrow('from 0 to 100: 101 came')
    expect(() => new Ule({ hz: 100 })).toThrow('100 a second: stathz 127 came')
  })
})
