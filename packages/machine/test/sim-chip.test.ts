import { SETTLE, work } from '@smpnet/memory'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { simulate } from '../src/sim/index.ts'
import { ChipQueue } from '../src/sim/chip-queue.ts'
import { Solo } from '../src/sim/solo.ts'

const READS = 200
const READ_NS = 750

/** CPUs that do nothing but read a counter: ns for each read of a CPU. */
function readingNs(cpus: number, name: 'read-hpet' | 'read-tsc') {
  const read = work(name)
  const result = simulate({
    profile: 'xeon-e5-2650',
    cpus,
    seed: 1,
    hz: 0,
    memoryBytes: 1 << 16,
    workNs: { 'read-hpet': READ_NS, 'read-tsc': 20 },
    boot: (cpu) =>
      new Solo(cpu, function* ({ memory }) {
        const begin = cpu.instant!()
        for (let turn = 0; turn < READS; turn++) {
          while (!memory.settled()) yield SETTLE
          memory.charge(read, 1)
        }
        cpu.report((cpu.instant!() - begin) / READS)
      }),
  })
  const each = result.reports.map(({ value }) => value as number)
  return { ns: each.reduce((sum, ns) => sum + ns, 0) / cpus, result }
}

describe('the chip that all CPUs read', () => {
  it('serves one read after the other, so that its clock does not scale', () => {
    const one = readingNs(1, 'read-hpet')
    const eight = readingNs(8, 'read-hpet')
    expect(one.ns).toBeCloseTo(READ_NS, 0)
    expect(one.result.lines.chipWaits).toBe(0)
    expect(eight.ns).toBeGreaterThan(7.5 * READ_NS)
    expect(eight.ns).toBeLessThan(8.1 * READ_NS)
    expect(eight.result.lines.chipWaits).toBeGreaterThan(7 * (READS - 1))
  })

  it('is not what a counter of the CPU itself is read from', () => {
    expect(readingNs(8, 'read-tsc').ns).toBeCloseTo(readingNs(1, 'read-tsc').ns, 1)
  })

  it('has no two reads at once, and leaves no room unused that would do', () => {
    const reads = fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 30 })), {
      maxLength: 40,
    })
    const property = fc.property(reads, (reads) => {
      const chip = new ChipQueue()
      const taken: (readonly [begin: number, end: number])[] = []
      const isFree = (begin: number, end: number): boolean =>
        taken.every(([from, to]) => end <= from || to <= begin)
      for (const [at, cycles] of reads) {
        const end = chip.read(at, cycles, 0)
        expect(isFree(end - cycles, end)).toBe(true)
        for (let sooner = at; sooner < end - cycles; sooner++) {
          expect(isFree(sooner, sooner + cycles)).toBe(false)
        }
        taken.push([end - cycles, end])
      }
    })
    fc.assert(property, { seed: 1 })
  })

  it('forgets reads that no CPU can come before', () => {
    const chip = new ChipQueue()
    for (let at = 0; at < 1000; at++) expect(chip.read(at * 10, 10, at * 10)).toBe(at * 10 + 10)
    expect(chip.waits).toBe(0)
  })
})

describe('the options of a machine', () => {
  const at = (options: { hz?: number; idleSpinNs?: number }) => {
    const { statistics, cpus } = simulate({
      profile: 'xeon-e5-2650',
      cpus: 1,
      seed: 1,
      memoryBytes: 1 << 16,
      ...options,
      boot: (cpu) =>
        new Solo(cpu, function* ({ memory }) {
          while (!memory.settled()) yield SETTLE
          for (let turn = 0; turn < 100; turn++) {
            memory.charge(work('nanosecond'), 1e6)
            while (!memory.settled()) yield SETTLE
          }
          cpu.alarm(50_000, () => {})
        }),
    })
    return { ticks: statistics.ticks, exits: cpus[0]!.workCycles['idle-exit'] ?? 0 }
  }

  it('say how often its timer interrupts', () => {
    expect(at({ hz: 0 }).ticks).toBe(0)
    expect(at({ hz: 100 }).ticks).toBeGreaterThanOrEqual(9)
    expect(at({ hz: 100 }).ticks).toBeLessThanOrEqual(11)
    expect(at({}).ticks).toBeGreaterThan(80)
  })

  it('say how long an idle CPU watches before it sleeps', () => {
    expect(at({ idleSpinNs: 100_000 }).exits).toBe(0)
    expect(at({ idleSpinNs: 0 }).exits).toBeGreaterThan(0)
  })

  it.each([{ hz: -1 }, { idleSpinNs: Number.NaN }, { memoryHome: 2 }])('refuse %o', (options) => {
    const wrong = { profile: 'xeon-e5-2650', cpus: 1, seed: 1, memoryBytes: 1 << 16, ...options }
    expect(() => simulate({ ...wrong, boot: (cpu) => new Solo(cpu, function* () {}) })).toThrow(
      RangeError,
    )
  })
})

describe('a swap after a load', () => {
  it('fails when another CPU came between, and no increment is lost', () => {
    const increments = 300
    const cpus = 4
    let last = 0
    const result = simulate<number>({
      profile: 'xeon-8176',
      cpus,
      seed: 1,
      memoryBytes: 1 << 16,
      setup: ({ arena }) => arena.place('word', 64),
      boot: (cpu, word) =>
        new Solo(cpu, function* ({ memory }) {
          for (let turn = 0; turn < increments; turn++) {
            while (!memory.settled()) yield SETTLE
            for (let seen = memory.load(word); ; ) {
              while (!memory.claimed(word)) yield SETTLE
              const found = memory.compareExchange(word, seen, seen + 1)
              if (found === seen) break
              seen = found
            }
          }
          last = Math.max(last, memory.read(word))
        }),
    })
    expect(last).toBe(cpus * increments)
    expect(result.lines.failedSwaps).toBeGreaterThan(0)
    expect(result.lines.handovers).toBeGreaterThan(0)
    expect(result.lines.longestQueue).toBeLessThan(cpus)
  })
})
