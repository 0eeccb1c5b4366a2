import { PricedMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { profiles } from '../src/sim/index.ts'
import { costsOf } from '../src/sim/costs.ts'
import { LineDirectory } from '../src/sim/line-directory.ts'
import { SimPricer } from '../src/sim/sim-pricer.ts'
import { DOMAIN, FAR, REMOTE } from '../src/sim/topology.ts'
import { WorkPrices } from '../src/sim/work-prices.ts'

/** A memory whose running CPU the test chooses, and whose accesses it times. */
function machine(name: string, cpus: number) {
  const profile = profiles.get(name)!
  const costs = costsOf(profile)
  const directory = new LineDirectory(costs, profile.topology, 1024, cpus)
  const pricer = new SimPricer(costs, directory, new WorkPrices(profile), cpus)
  const memory = new PricedMemory(1024 * 64, pricer)
  /** Cycles that `access` takes on `cpu`, begun at `at`, which is after all else unless told. */
  let later = 0
  const on = (cpu: number, access: () => void, at = (later += 100_000)) => {
    pricer.cpu = cpu
    pricer.clock[cpu] = at
    access()
    return pricer.clock[cpu]! - at
  }
  return { costs, directory, pricer, memory, on }
}

describe('the price of an access', () => {
  it('is that of memory at first, and then that of a hit', () => {
    const { costs, memory, on } = machine('xeon-e5-2650', 2)
    expect(on(0, () => memory.read(64))).toBe(costs.memoryCycles)
    expect(on(0, () => memory.read(68))).toBe(costs.readCycles)
    expect(on(0, () => memory.write(72, 1))).toBe(costs.writeCycles)
    expect(on(0, () => memory.add(76, 1))).toBe(costs.atomicCycles)
  })

  it('is that of a transfer when another has written, and a hit for both readers then', () => {
    const { costs, memory, on } = machine('xeon-e5-2650', 16)
    on(0, () => memory.store(64, 1))
    expect(on(1, () => memory.load(64))).toBe(costs.transferCycles[DOMAIN])
    expect(on(1, () => memory.load(64))).toBe(costs.readCycles)
    expect(on(0, () => memory.load(64))).toBe(costs.readCycles)
    expect(on(8, () => memory.load(64))).toBe(costs.transferCycles[REMOTE])
  })

  it('of a write to a shared line is that of reaching the farthest copy', () => {
    const { costs, memory, on, directory } = machine('xeon-8176', 256)
    on(0, () => memory.store(64, 1))
    for (const cpu of [1, 27, 40, 200]) on(cpu, () => memory.load(64))
    const cycles = on(0, () => memory.store(64, 2))
    expect(cycles).toBe(costs.upgradeCycles[FAR]! + costs.writeCycles)
    expect(directory.upgrades[FAR]).toBe(1)
    expect(on(0, () => memory.store(64, 2))).toBe(costs.writeCycles)
    for (const cpu of [1, 27]) {
      on(cpu, () => memory.load(64))
      on(0, () => memory.store(64, 2))
    }
    expect(directory.upgrades[DOMAIN]).toBe(2)
  })

  it('of a copy is taken from the nearest that has one', () => {
    const { costs, memory, on } = machine('xeon-8176', 256)
    on(200, () => memory.store(64, 1))
    expect(on(0, () => memory.load(64))).toBe(costs.transferCycles[FAR])
    expect(on(30, () => memory.load(64))).toBe(costs.transferCycles[REMOTE])
    expect(on(31, () => memory.load(64))).toBe(costs.transferCycles[DOMAIN])
  })
})

describe('a line on its way', () => {
  it('makes the next wait for it, and more than that', () => {
    const { costs, memory, on, directory } = machine('xeon-e5-2650', 3)
    on(0, () => memory.store(64, 1))
    const first = on(1, () => memory.add(64, 1), 500_000)
    const second = on(2, () => memory.add(64, 1), 500_000)
    expect(first).toBe(costs.transferCycles[DOMAIN]! + costs.atomicCycles)
    expect(second).toBeGreaterThan(2 * first)
    expect(second).toBeLessThan(2 * first + costs.contentionCycles)
    expect(directory.contended).toBe(1)
  })

  it('does not make readers of copies wait for each other', () => {
    const { costs, memory, on } = machine('xeon-e5-2650', 8)
    on(0, () => memory.store(64, 1))
    on(1, () => memory.load(64))
    const cycles = [2, 3, 4, 5].map((cpu) => on(cpu, () => memory.load(64), 900_000))
    expect(new Set(cycles)).toEqual(new Set([costs.transferCycles[DOMAIN]]))
  })
})

describe('the price of a copy', () => {
  const bytes = new Uint8Array(4096)

  it('is by bytes when the lines are there', () => {
    const { costs, memory, on, pricer } = machine('xeon-e5-2650', 2)
    on(0, () => memory.fill(4096, 0, 4096))
    expect(on(0, () => memory.copyIn(4096, bytes, 0, 4096))).toBe(4096 / costs.copyBytesPerCycle)
    expect(pricer.copyCycles[0]).toBe(2 * (4096 / costs.copyBytesPerCycle))
    expect(on(0, () => memory.copyOut(4096, bytes, 0, 0))).toBe(0)
  })

  it('adds the lines that are not, several at a time', () => {
    const { costs, memory, on } = machine('xeon-e5-2650', 2)
    on(0, () => memory.copyIn(4096, bytes, 0, 4096))
    const cycles = on(1, () => memory.copyOut(4096, bytes, 0, 4096))
    const moving = (64 * costs.transferCycles[DOMAIN]!) / costs.linesInFlight
    expect(cycles).toBe(4096 / costs.copyBytesPerCycle + Math.round(moving))
  })
})
