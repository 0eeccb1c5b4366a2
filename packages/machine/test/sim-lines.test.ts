import { PricedMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { profiles } from '../src/sim/index.ts'
import { costsOf } from '../src/sim/costs.ts'
import { LineDirectory } from '../src/sim/line-directory.ts'
import { MemoryHomes } from '../src/sim/memory-homes.ts'
import { Placement } from '../src/sim/placement.ts'
import { SharedCores } from '../src/sim/shared-cores.ts'
import { SimPricer } from '../src/sim/sim-pricer.ts'
import { DOMAIN, FAR, OWN, REMOTE } from '../src/sim/topology.ts'
import { WorkPrices } from '../src/sim/work-prices.ts'

/** A memory whose running CPU the test chooses, and whose accesses it times. */
function machine(name: string, cpus: number) {
  const profile = profiles.get(name)!
  const costs = costsOf(profile)
  const placement = Placement.first(profile.topology, cpus)
  const homes = new MemoryHomes(placement)
  const directory = new LineDirectory(costs, placement, 1024, homes)
  const shared = new SharedCores(placement, 1)
  const pricer = new SimPricer(costs, directory, new WorkPrices(profile), shared)
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
    expect(on(0, () => memory.read(64))).toBe(costs.memoryCycles[OWN])
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
    const cycles = on(0, () => memory.add(64, 2))
    const copies = 3 * costs.sharerCycles
    expect(cycles).toBe(costs.upgradeCycles[FAR]! + copies + costs.atomicCycles)
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

describe('a store to the line of another', () => {
  it('does not wait for it, and the next atomic operation does', () => {
    const { costs, memory, on } = machine('xeon-e5-2650', 2)
    on(0, () => memory.store(64, 1))
    on(1, () => memory.store(128, 1))
    expect(on(1, () => memory.store(64, 2), 900_000)).toBe(costs.writeCycles)
    const waits = costs.transferCycles[DOMAIN]! - costs.writeCycles
    const cycles = on(1, () => memory.add(128, 1), 900_000 + costs.writeCycles)
    expect(cycles).toBe(waits + costs.atomicCycles)
  })

  it('waits for room when as many as the buffer has are on their way', () => {
    const { costs, memory, on } = machine('xeon-e5-2650', 2)
    const lines = Array.from({ length: costs.storeBufferEntries + 1 }, (_, i) => 64 * (i + 1))
    for (const at of lines) on(0, () => memory.store(at, 1))
    const storing = on(1, () => lines.slice(1).forEach((at) => memory.store(at, 2)), 9_000_000)
    expect(storing).toBe(costs.storeBufferEntries * costs.writeCycles)
  })
})

describe('memory', () => {
  it('is dearer when its home is another socket, and pages are spread over those in use', () => {
    const { costs, memory, on } = machine('xeon-e5-2650', 16)
    expect(on(0, () => memory.read(64))).toBe(costs.memoryCycles[OWN])
    expect(on(0, () => memory.read(4096 + 64))).toBe(costs.memoryCycles[REMOTE])
    expect(on(8, () => memory.read(4096 + 128))).toBe(costs.memoryCycles[OWN])
    expect(costs.memoryCycles[REMOTE]).toBeGreaterThan(costs.memoryCycles[OWN]!)
  })
})

describe('a line on its way', () => {
  it('makes the next wait for it, and then for the answer only', () => {
    const { costs, memory, on, directory } = machine('xeon-e5-2650', 3)
    on(0, () => memory.store(64, 1))
    const first = on(1, () => memory.add(64, 1), 500_000)
    const second = on(2, () => memory.add(64, 1), 500_000)
    const transfer = costs.transferCycles[DOMAIN]!
    const answer = costs.answerCycles[DOMAIN]!
    expect(first).toBe(transfer + costs.atomicCycles)
    expect(second).toBe(transfer + costs.holdAloneCycles + answer + costs.atomicCycles)
    expect(answer).toBeLessThan(transfer)
    expect(directory.contended).toBe(1)
  })

  it('is copied for one reader after the other', () => {
    const { costs, memory, on } = machine('xeon-e5-2650', 8)
    on(0, () => memory.store(64, 1))
    on(1, () => memory.load(64))
    const cycles = [2, 3, 4, 5].map((cpu) => on(cpu, () => memory.load(64), 900_000))
    const copies = [0, 1, 2, 3].map((before) => before * costs.sharerCycles)
    expect(cycles).toEqual(copies.map((waits) => waits + costs.transferCycles[DOMAIN]!))
  })
})

describe('the queue of a line', () => {
  /** Claims a line for each CPU in turn, all at one cycle, and says in which order it came. */
  function served(cpus: readonly number[]) {
    const { directory, memory, on, costs } = machine('xeon-8176', 224)
    on(0, () => memory.store(64, 1))
    const order: (readonly [cpu: number, at: number])[] = []
    directory.resume = (cpu, at) => order.push([cpu, at])
    const first = directory.claim(1, 1, 1_000_000)
    for (const cpu of cpus) expect(directory.claim(cpu, 1, 1_000_001)).toBe(Infinity)
    directory.arrive(1, first)
    while (order.length < cpus.length) directory.arrive(...order.at(-1)!)
    return { order, first, costs, directory }
  }

  it('hands on for less than a first transfer, and leaves its owner time to act', () => {
    const { order, first, costs, directory } = served([2, 3])
    const answer = costs.answerCycles[DOMAIN]!
    expect(order[0]).toEqual([2, first + costs.holdCycles + answer])
    expect(directory.isHeld(1, 1, first + costs.holdCycles)).toBe(true)
    expect(directory.isHeld(1, 1, first + costs.holdCycles + 1)).toBe(false)
    expect(directory.handovers).toBe(2)
  })

  it('serves the near before the far, and each in the order of coming', () => {
    const { order, directory } = served([150, 60, 3, 2])
    expect(order.map(([cpu]) => cpu)).toEqual([3, 2, 60, 150])
    expect(directory.queues.overtaken).toBe(3)
  })

  it('lets no more of the near overtake than the profile says', () => {
    const near = Array.from({ length: 20 }, (_, i) => 2 + i)
    const { order, costs } = served([150, ...near])
    expect(order.findIndex(([cpu]) => cpu === 150)).toBe(costs.nearRun)
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
