import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Dozers } from '../src/sim/dozers.ts'
import { SharedCores } from '../src/sim/shared-cores.ts'
import { type Profile, profiles, withFigures } from '../src/sim/index.ts'
import { SimPricer } from '../src/sim/sim-pricer.ts'
import { TournamentTree } from '../src/sim/tournament-tree.ts'
import { Turns } from '../src/sim/turns.ts'
import {
  type Op,
  type Outcome,
  type Program,
  programs,
  runProgram,
  SHARED_CORES,
} from './sim-random-program.ts'

const seeds = fc.nat(1000)

/** What must not depend on how far CPUs run ahead: all but the number of turns that took. */
function essence({ trace, words, result }: Outcome) {
  const { statistics, events: _, ...rest } = result
  const { turns: _turns, settles: _settles, ...counts } = statistics
  return { trace, words, rest, counts }
}

function expectSameAsAlwaysSettling(
  program: Program,
  seed: number,
  on?: readonly number[],
  profile?: Profile,
): void {
  const ahead = essence(runProgram(program, seed, false, on, profile))
  const always = essence(runProgram(program, seed, true, on, profile))
  expect(ahead).toEqual(always)
}

/** A machine whose code is not compiled, as that of this host. */
const ENGINE = withFigures(profiles.get('xeon-e5-2650')!, {
  'code.atomicLoadNs': 6,
  'code.atomicStoreNs': 10,
  'code.accessNs': 1.5,
  'code.copyNs': 40,
})

function expectSameOnSharedCores(program: Program, seed: number): void {
  expectSameAsAlwaysSettling(program, seed, SHARED_CORES)
}

/** Operations that come after one that was later, or of a later CPU at the same time. */
function outOfOrder({ trace }: Outcome) {
  return trace.filter(([cycle, cpu], i) => {
    const [before, cpuBefore] = trace[i - 1] ?? [0, 0]
    return before > cycle || (before === cycle && cpuBefore > cpu)
  })
}

function expectSorted(program: Program, seed: number): void {
  expect(outOfOrder(runProgram(program, seed, false))).toEqual([])
}

/** Two CPUs queue for the line of a word that a third asks for in vain, and a fourth reads. */
const ASKS: readonly Op[] = Array.from({ length: 12 }, (_, i) =>
  i % 2 === 0 ? (['ask', 0, 0] as const) : (['charge', 900] as const),
)
const QUEUES: readonly Op[] = Array.from({ length: 12 }, () => ['claim', 0, 1] as const)
const READS: readonly Op[] = Array.from({ length: 60 }, (_, i) =>
  i % 6 === 0 ? (['load', 0, 0] as const) : (['load', 1, 0] as const),
)
const CROWD: Program = [[ASKS], [QUEUES], [QUEUES], [READS]]

/** Whether a property fails for some program, which the shrinker then makes small. */
function isViolated(property: (program: Program, seed: number) => void): boolean {
  return fc.check(fc.property(programs, seeds, property), { numRuns: 300, seed: 1 }).failed
}

describe('running ahead', () => {
  it('gives what settling always gives, in the same order and at the same times', () => {
    fc.assert(
      fc.property(programs, seeds, (...of) => expectSameAsAlwaysSettling(...of)),
      { numRuns: 400, seed: 1 },
    )
  })

  it('keeps settled operations in the order of virtual time', () => {
    const property = fc.property(programs, seeds, (program, seed) => {
      expect(outOfOrder(runProgram(program, seed, false))).toEqual([])
    })
    fc.assert(property, { numRuns: 400, seed: 2 })
  })

  it('does both where code has prices', () => {
    const property = fc.property(programs, seeds, (program, seed) => {
      expectSameAsAlwaysSettling(program, seed, undefined, ENGINE)
      expect(outOfOrder(runProgram(program, seed, false, undefined, ENGINE))).toEqual([])
    })
    fc.assert(property, { numRuns: 200, seed: 3 })
  })

  it('does so in a crowd at one line', () => {
    for (let seed = 0; seed < 40; seed++) expectSameAsAlwaysSettling(CROWD, seed)
  })

  it('does so on threads that share cores', () => {
    fc.assert(fc.property(programs, seeds, expectSameOnSharedCores), { numRuns: 200, seed: 1 })
  })

  it('spares those that spin what they would look at in vain', () => {
    for (const which of [0, 1, 2, 3]) {
      const locks = Array.from({ length: 8 }, () => ['lock', which] as const)
      const program: Program = [[locks], [locks], [locks], [locks]]
      for (let seed = 0; seed < 5; seed++) expectSameAsAlwaysSettling(program, seed)
      const ahead = runProgram(program, 1, false).result.statistics.turns
      expect(ahead * 3).toBeLessThan(runProgram(program, 1, true).result.statistics.turns)
    }
  })

  it('takes fewer turns than settling always', () => {
    const adds = Array.from({ length: 12 }, () => ['add', 0, 1] as const)
    const program: Program = [[adds], [[['charge', 5]]]]
    const ahead = runProgram(program, 1, false).result.statistics.turns
    expect(ahead * 2).toBeLessThan(runProgram(program, 1, true).result.statistics.turns)
  })
})

/** Planted bugs: each of these machines must be told from a right one by the properties above. */
describe('a horizon that is wrong', () => {
  afterEach(() => vi.restoreAllMocks())

  it('is found when it lies some hundred cycles behind the true one', () => {
    const { horizon } = TournamentTree.prototype
    vi.spyOn(TournamentTree.prototype, 'horizon').mockImplementation(function (
      this: TournamentTree,
      cpu,
    ) {
      return horizon.call(this, cpu) + 300
    })
    expect(isViolated(expectSameAsAlwaysSettling)).toBe(true)
    expect(isViolated(expectSorted)).toBe(true)
  })

  it('is found when it lets both of two CPUs go first at the same cycle', () => {
    const { horizon } = TournamentTree.prototype
    vi.spyOn(TournamentTree.prototype, 'horizon').mockImplementation(function (
      this: TournamentTree,
      cpu,
    ) {
      return horizon.call(this, cpu) + Math.min(cpu, 1)
    })
    expect(isViolated(expectSameAsAlwaysSettling)).toBe(true)
  })

  it('is found when what a CPU posts to another does not draw it nearer', () => {
    const { ring } = Turns.prototype
    vi.spyOn(Turns.prototype, 'ring').mockImplementation(function (this: Turns, ...args) {
      const { limit } = this.pricer
      ring.apply(this, args)
      this.pricer.limit = limit
    })
    expect(isViolated(expectSameAsAlwaysSettling)).toBe(true)
  })

  it('is found when those that doze are told too late that a line is taken', () => {
    const { actsFrom } = Dozers.prototype
    vi.spyOn(Dozers.prototype, 'actsFrom').mockImplementation(function (this: Dozers, cpu, at) {
      return actsFrom.call(this, cpu, at) + this.periodOf(cpu)
    })
    const locks = Array.from({ length: 8 }, () => ['lock', 3] as const)
    expect(() => expectSameAsAlwaysSettling([[locks], [locks], [locks]], 1)).toThrow(
      'deeply equal',
    )
  })

  it('is found when a line comes as late as the CPU that did not wait for it looks', () => {
    vi.spyOn(SimPricer.prototype, 'actsAt').mockImplementation(function (this: SimPricer, cpu) {
      return this.waits(cpu) ? Infinity : this.clock[cpu]!
    })
    const isFound = (seed: number): boolean => {
      const [ahead, always] = [false, true].map((how) => essence(runProgram(CROWD, seed, how)))
      return JSON.stringify(ahead) !== JSON.stringify(always)
    }
    expect(Array.from({ length: 40 }, (_, seed) => seed).some(isFound)).toBe(true)
  })

  it('is found when a claimed line is used before it has come', () => {
    const { claimed } = SimPricer.prototype
    vi.spyOn(SimPricer.prototype, 'claimed').mockImplementation(function (this: SimPricer, line) {
      const isSettled = this.settled()
      return claimed.call(this, line) || (isSettled && !this.waits(this.cpu))
    })
    expect(isViolated(expectSorted)).toBe(true)
  })
})

describe('a core that is shared wrongly', () => {
  afterEach(() => vi.restoreAllMocks())

  it('is found when work depends on how far its own has run ahead', () => {
    vi.spyOn(SharedCores.prototype, 'stretched').mockImplementation(function (
      this: SharedCores,
      cpu,
      cycles,
    ) {
      return pricer!.clock[cpu]! > pricer!.turnBegan ? 2 * cycles : cycles
    })
    const { charge } = SimPricer.prototype
    let pricer: SimPricer | undefined
    vi.spyOn(SimPricer.prototype, 'charge').mockImplementation(function (this: SimPricer, ...of) {
      pricer = this
      charge.apply(this, of)
    })
    expect(isViolated(expectSameOnSharedCores)).toBe(true)
  })
})
