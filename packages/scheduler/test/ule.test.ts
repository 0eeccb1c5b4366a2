import { BUSY, IDLE } from '@smpnet/machine'
import { type Waiting, YIELD } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { Ule, type UleKnobs } from '../src/index.ts'
import { handPair } from './hand-pair.ts'
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

  it('balances what is not stolen', () => {
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

  it('tells its groups of CPUs in the layout of FreeBSD', () => {
    const { policies } = runLoad({ cpus: 30, untilNs: 1e6, threads: hogs(1), policy: ule() })
    const lines = String(policies[0]!.sysctl()['kern.sched.topology_spec']).split('\n')
    expect(lines.slice(0, 6).map((line) => line.replace(/>0, 1, .*</, '>0, 1, …<'))).toEqual([
      '<groups>',
      ' <group level="1" cache-level="0">',
      '  <cpu count="30" mask="3fffffff">0, 1, …</cpu>',
      '  <children>',
      '   <group level="2" cache-level="3">',
      '    <cpu count="28" mask="fffffff">0, 1, …</cpu>',
    ])
    expect(lines.slice(7)).toEqual([
      '   <group level="2" cache-level="3">',
      '    <cpu count="2" mask="30000000">28, 29</cpu>',
      '   </group>',
      '  </children>',
      ' </group>',
      '</groups>',
    ])
  })

  it('refuses knobs that cannot be', () => {
    expect(() => new Ule({ slice: 0 })).toThrow(
      "ULE's slice is a whole number, at least 1: 0 came",
    )
    expect(() => new Ule({ idleSpins: -1 })).toThrow(
      "ULE's idleSpins is a whole number, at least 0: -1 came",
    )
    expect(() => new Ule({ interact: 101 })).toThrow('from 0 to 100: 101 came')
    expect(() => new Ule({ hz: 100 })).toThrow('100 a second: stathz 127 came')
  })
})

/** CPU 0 runs a thread and has another one; CPU 1, `distance` away, runs out of work. */
function loadedPair(knobs: Partial<UleKnobs>, distance = 2) {
  const shared = new Ule(knobs)
  const pair = handPair((cpu) => shared.on(cpu), distance)
  const [loaded, idle] = pair
  const brief = function* (): Waiting {
    yield YIELD
  }
  // Urgent, so that no other is put on its CPU while it runs.
  idle.spawn(brief, { priority: 80, pinned: true })
  idle.run()
  for (let i = 0; i < 2; i++) loaded.spawn(brief)
  loaded.run()
  idle.run()
  return { idle, loaded, brief, stolen: () => shared.sysctl()['kern.sched.stats.stolen'] }
}

describe('A CPU under ULE that runs out of work', () => {
  it('takes some from near before it idles, and from afar by its idle thread', () => {
    for (const [trystealLimit, distance] of [
      [2, 2],
      [0, 2],
      [1, 4],
    ] as const) {
      const { idle, stolen } = loadedPair({ trystealLimit }, distance)
      expect(idle.run()).toBe(BUSY)
      expect(stolen()).toBe(1)
    }
  })

  it('looks for some once, unless it always does', () => {
    for (const alwaysSteal of [false, true]) {
      const { idle, loaded, brief, stolen } = loadedPair({ alwaysSteal, stealThresh: 3 })
      expect(idle.run()).toBe(IDLE)
      loaded.spawn(brief, { pinned: true })
      expect([idle.run(), stolen()]).toEqual(alwaysSteal ? [BUSY, 1] : [IDLE, 0])
    }
  })

  it('watches for some, if it has switched often and does not share its core', () => {
    const turnsAfter = (switches: number, distance: number): number | undefined => {
      const { idle, brief } = loadedPair({ stealIdle: false, idleSpins: 500 }, distance)
      for (let i = 0; i < switches; i++) {
        idle.spawn(brief, { priority: 80, pinned: true })
        while (idle.run() === BUSY);
      }
      return idle.idleTurns
    }
    expect(turnsAfter(5, 2)).toBe(0)
    expect(turnsAfter(20, 2)).toBe(500)
    expect(turnsAfter(20, 1)).toBe(0)
  })
})
