import type { Address, Memory } from '@smpnet/memory'
import { describe, expect, it, vi } from 'vitest'
import {
  assumed,
  CODE_PRICES,
  type CodePrices,
  type Profile,
  profileOf,
  profiles,
  type SimCpu,
  simulate,
  withFigures,
} from '../src/sim/index.ts'
import { SimPricer } from '../src/sim/sim-pricer.ts'
import { TinyExecutive } from './sim-tiny-executive.ts'

const COMPILED = profiles.get('xeon-8176')!

type Access = (memory: Memory, at: Address) => unknown

const OWN = new Uint8Array(100)
const ACCESSES: Readonly<Record<string, Access>> = {
  'a plain read': (memory, at) => memory.read(at),
  'a read of a byte': (memory, at) => memory.read8(at),
  'a plain write': (memory, at) => memory.write(at, 1),
  'an atomic load': (memory, at) => memory.load(at),
  'an atomic store': (memory, at) => memory.store(at, 1),
  'a swap': (memory, at) => memory.compareExchange(at, 0, 1),
  'an addition': (memory, at) => memory.add(at, 1),
  'a copy': (memory, at) => memory.copyIn(at, OWN, 0, OWN.length),
}

/** What each price of code adds to each access, in ns for a price of 100 ns. */
const ADDS: Readonly<Record<keyof CodePrices, readonly string[]>> = {
  atomicLoadNs: ['an atomic load'],
  atomicStoreNs: ['an atomic store'],
  accessNs: Object.keys(ACCESSES).filter((name) => name !== 'a copy'),
  copyNs: ['a copy'],
}
const PRICE_NS = 100

/** Cycles of an access, once its lines are there. */
function cyclesOf(access: Access, profile: Profile): number {
  const { reports } = simulate({
    profile,
    cpus: 1,
    seed: 1,
    memoryBytes: 1 << 16,
    setup: ({ arena }) => arena.place('words', 256),
    boot: (cpu, at) =>
      new TinyExecutive(cpu, function* () {
        const instant = () => (cpu as SimCpu).instant()
        for (let line = 0; line < 4; line++) cpu.memory.and(at + 64 * line, 0)
        const before = instant()
        access(cpu.memory, at)
        cpu.report((instant() - before) * (profile.clockMhz.value / 1000))
      }),
  })
  return Math.round(reports[0]!.value as number)
}

function expectAdded(price: keyof CodePrices): void {
  const priced = withFigures(COMPILED, { [`code.${price}`]: PRICE_NS })
  const cycles = Math.round((PRICE_NS * COMPILED.clockMhz.value) / 1000)
  for (const [name, access] of Object.entries(ACCESSES)) {
    const added = cyclesOf(access, priced) - cyclesOf(access, COMPILED)
    expect([name, added]).toEqual([name, ADDS[price].includes(name) ? cycles : 0])
  }
}

describe('code that is no compiled C', () => {
  it.each(CODE_PRICES)('adds its %s to what that is the price of, and to nothing else', (price) =>
    expectAdded(price),
  )

  it('costs nothing on any machine that was published', () => {
    for (const { code, workNs } of profiles.values()) {
      expect([code, workNs['park']]).toEqual([undefined, undefined])
    }
  })

  it('changes nothing where its prices are 0', () => {
    const free = withFigures(
      COMPILED,
      Object.fromEntries(CODE_PRICES.map((name) => [`code.${name}`, 0])),
    )
    for (const access of Object.values(ACCESSES)) {
      expect(cyclesOf(access, free)).toBe(cyclesOf(access, COMPILED))
    }
  })

  it('is refused with the name of a price that there is none of, or that cannot be', () => {
    const of = (code: object) => profileOf({ ...COMPILED, code } as Profile)
    expect(() => of({ accesNs: assumed(1, 'a test') })).toThrow(
      `needs prices of code named ${CODE_PRICES.join(', ')}: accesNs came`,
    )
    expect(() => of({ accessNs: assumed(-1, 'a test') })).toThrow(
      'a number for code.accessNs, not below 0: -1 came',
    )
  })
})

describe('the check of what code adds', () => {
  it('finds a pricer that bills plain accesses as atomic ones', () => {
    const { read } = SimPricer.prototype
    const planted = vi.spyOn(SimPricer.prototype, 'read').mockImplementation(function (
      this: SimPricer,
      line,
    ) {
      read.call(this, line, true)
    })
    expect(() => expectAdded('atomicLoadNs')).toThrow('a plain read')
    planted.mockRestore()
  })

  it('finds a pricer that forgets code around atomic operations', () => {
    const { update } = SimPricer.prototype
    const planted = vi.spyOn(SimPricer.prototype, 'update').mockImplementation(function (
      this: SimPricer,
      line,
    ) {
      const before = this.clock[this.cpu]!
      update.call(this, line)
      this.clock[this.cpu] = before + this.costs.atomicCycles
    })
    expect(() => expectAdded('accessNs')).toThrow('expected')
    planted.mockRestore()
  })
})
