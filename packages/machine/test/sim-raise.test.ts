import { Interrupt, SETTLE, work } from '@smpnet/memory'
import type { Waiting } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { type Cpu, VECTOR } from '../src/index.ts'
import { type SimCpu, simulate } from '../src/sim/index.ts'
import { type TinyBody, TinyExecutive } from './sim-tiny-executive.ts'

const NANOSECOND = work('nanosecond')
const { device } = VECTOR

/** What was handled: by which CPU, when, and which vector. */
type Handled = { cpu: number; atNs: number; vector: number }

const timeOf = (cpu: Cpu): number => (cpu as SimCpu).turns.pricer.clock[cpu.id]! / 2.6

/** Runs a thread on each CPU, given by number, whose handlers note what they handle. */
function run(bodies: readonly (TinyBody | undefined)[], vectors = [device, device + 1]) {
  const handled: Handled[] = []
  const result = simulate({
    profile: 'xeon-e5-2650',
    cpus: bodies.length,
    seed: 1,
    memoryBytes: 1 << 16,
    boot: (cpu) => {
      for (const vector of vectors) {
        cpu.onInterrupt(vector, (irq) => {
          expect(irq).toBeInstanceOf(Interrupt)
          handled.push({ cpu: irq.cpu, atNs: timeOf(cpu), vector })
        })
      }
      const body = bodies[cpu.id]
      return body === undefined ? new TinyExecutive(cpu) : new TinyExecutive(cpu, body)
    },
  })
  return { result, handled }
}

function* settle(cpu: Cpu): Waiting {
  while (!cpu.memory.settled()) yield SETTLE
}

/** Computes for so long, in slices between which interrupts can strike. */
function* busyFor(cpu: Cpu, ns: number, sliceNs = 100): Waiting {
  for (let left = ns; left > 0; left -= sliceNs) {
    cpu.memory.charge(NANOSECOND, sliceNs)
    yield* settle(cpu)
  }
}

const busy: TinyBody = (_td, cpu) => busyFor(cpu, 20_000)

/** Raises on `target` after a while, and reports when. */
function raising(target: number, vectors: readonly number[], afterNs = 5_000): TinyBody {
  return function* (_td, cpu) {
    yield* busyFor(cpu, afterNs)
    cpu.report(timeOf(cpu))
    for (const vector of vectors) {
      cpu.raise(target, vector)
      yield* settle(cpu)
    }
  }
}

describe('a vector that is raised', () => {
  it('is handled by a busy CPU after delivery and handling, and costs the raiser little', () => {
    const { result, handled } = run([raising(1, [device]), busy])
    const tookNs = handled[0]!.atNs - (result.reports[0]!.value as number)
    expect(handled).toMatchObject([{ cpu: 1, vector: device }])
    expect(tookNs).toBeGreaterThan(100 + 750 + 450)
    expect(tookNs).toBeLessThan(100 + 750 + 450 + 300)
    expect(result.cpus[0]!.workCycles['ipi-send']).toBe(260)
    expect(result.cpus[1]!.workCycles['ipi-handle']).toBe(1170)
    expect(result.statistics).toMatchObject({ ipis: 1, ipisHandled: 1, coalesced: 0 })
  })

  it('gets a CPU that sleeps out of its sleep, and nothing is sent', () => {
    const { result, handled } = run([raising(1, [device], 60_000), undefined])
    const tookNs = handled[0]!.atNs - (result.reports[0]!.value as number)
    expect(tookNs).toBeGreaterThan(2_000)
    expect(tookNs).toBeLessThan(2_400)
    expect(result.cpus[0]!.workCycles['ipi-send']).toBeUndefined()
    expect(result.cpus[1]!.workCycles['ipi-handle']).toBeUndefined()
    expect(result.statistics).toMatchObject({ ipis: 0, ipisHandled: 0 })
  })

  it('is seen by a CPU that still watches, for the price of some lines', () => {
    const { result, handled } = run([raising(1, [device]), undefined])
    const tookNs = handled[0]!.atNs - (result.reports[0]!.value as number)
    expect(tookNs).toBeGreaterThan(0)
    expect(tookNs).toBeLessThan(300)
    expect(result.cpus[1]!.workCycles['idle-exit']).toBeUndefined()
  })

  it('on the CPU itself is handled at its next turn, without send and delivery', () => {
    const { result, handled } = run([raising(0, [device])])
    const tookNs = handled[0]!.atNs - (result.reports[0]!.value as number)
    expect(tookNs).toBeGreaterThan(450)
    expect(tookNs).toBeLessThan(650)
    expect(result.cpus[0]!.workCycles['ipi-send']).toBeUndefined()
    expect(result.statistics.ipis).toBe(0)
  })

  it('is one with others that come before the CPU has looked', () => {
    const { result, handled } = run([raising(1, [device, device, device]), busy])
    expect(handled).toMatchObject([{ cpu: 1, vector: device }])
    expect(result.statistics).toMatchObject({ ipis: 1, ipisHandled: 1, coalesced: 2 })
  })

  it('shares its interrupt with other vectors, whose handlers run lowest first', () => {
    const { result, handled } = run([raising(1, [device + 1, device]), busy])
    expect(handled.map(({ vector }) => vector)).toEqual([device, device + 1])
    expect(result.statistics).toMatchObject({ ipis: 1, coalesced: 1 })
  })

  it('is handled anew when it is raised anew', () => {
    const twice: TinyBody = function* (td, cpu) {
      yield* raising(1, [device])(td, cpu)
      yield* raising(1, [device])(td, cpu)
    }
    expect(run([twice, busy]).handled).toHaveLength(2)
  })

  it.each([0, 31])('has a bit, whichever of the 32 it is: %i', (vector) => {
    expect(run([raising(1, [vector]), busy], [vector]).handled).toMatchObject([{ vector }])
  })
})

describe('what cannot be raised is refused', () => {
  const refused = (body: (cpu: Cpu) => unknown): (() => unknown) => {
    const throwing: TinyBody = function* (_td, cpu) {
      yield* settle(cpu)
      body(cpu)
    }
    return () => run([throwing, busy])
  }

  it.each([2, -1, 0.5, Number.NaN])('a CPU that does not exist: %d', (target) => {
    const expected = `this machine has the CPUs 0 to 1: ${target} came`
    expect(refused((cpu) => cpu.raise(target, device))).toThrow(expected)
    expect(refused((cpu) => cpu.rendezvous([0, target]))).toThrow(expected)
    expect(refused((cpu) => cpu.distance(target))).toThrow(expected)
    expect(refused((cpu) => (cpu as SimCpu).interrupt(target, 0, device))).toThrow(expected)
  })

  it.each([32, -1, 0.5, Number.NaN])('a vector that does not exist: %d', (vector) => {
    const expected = `a vector is a whole number from 0 to 31: ${vector} came`
    expect(refused((cpu) => cpu.raise(1, vector))).toThrow(expected)
    expect(refused((cpu) => cpu.onInterrupt(vector, () => {}))).toThrow(expected)
    expect(refused((cpu) => (cpu as SimCpu).interrupt(1, 0, vector))).toThrow(expected)
  })

  it('a second handler for a vector', () => {
    expect(refused((cpu) => cpu.onInterrupt(device, () => {}))).toThrow(
      'vector 8 of CPU 0 has a handler already',
    )
    expect(refused((cpu) => cpu.onInterrupt(VECTOR.rendezvous, () => {}))).toThrow('already')
  })

  it('a vector without a handler, by the whole machine', () => {
    expect(refused((cpu) => cpu.raise(1, 30))).toThrow(
      'CPU 1 was interrupted by vector 30 and has no handler for it: onInterrupt sets one',
    )
    expect(refused((cpu) => (cpu as SimCpu).interrupt(1, 0, 30))).toThrow('CPU 1 was interrupted')
  })

  it('and a handler that throws fails the machine', () => {
    const throws = refused((cpu) => {
      cpu.onInterrupt(9 + 8, () => {
        throw new Error('the ring is torn')
      })
      cpu.raise(cpu.id, 9 + 8)
    })
    expect(throws).toThrow('the ring is torn')
  })
})

describe('a rendezvous', () => {
  it('ends when all have passed through an interrupt, and includes the caller', () => {
    const meeting: TinyBody = function* (_td, cpu) {
      yield* busyFor(cpu, 2_000)
      const beginNs = cpu.now()
      yield* cpu.rendezvous([0, 1, 2, 3])
      cpu.report(cpu.now() - beginNs)
    }
    const { result } = run([meeting, busy, busy, undefined])
    const tookNs = result.reports[0]!.value as number
    expect(tookNs).toBeGreaterThan(3 * 100 + 750 + 450)
    expect(tookNs).toBeLessThan(3_500)
    // The third is idle and watches.
    expect(result.statistics).toMatchObject({ rendezvous: 1, ipis: 2 })
  })

  it('is a fence: what a CPU was in the middle of is over', () => {
    const seen: boolean[] = []
    let isInside = false
    const meeting: TinyBody = function* (_td, cpu) {
      yield* busyFor(cpu, 1_000)
      yield* cpu.rendezvous([1])
      seen.push(isInside)
    }
    const inside: TinyBody = function* (_td, cpu) {
      isInside = true
      cpu.memory.charge(NANOSECOND, 30_000)
      yield* settle(cpu)
      isInside = false
      yield* busyFor(cpu, 1_000)
    }
    run([meeting, inside])
    expect(seen).toEqual([false])
  })

  it('waits for one that is under way', () => {
    const meeting: TinyBody = function* (_td, cpu) {
      yield* busyFor(cpu, 2_000)
      for (let turn = 0; turn < 10; turn++) yield* cpu.rendezvous([0, 1, 2])
      cpu.report('met')
    }
    const { result } = run([meeting, meeting, busy])
    expect(result.reports.map(({ value }) => value)).toEqual(['met', 'met'])
    expect(result.statistics.rendezvous).toBe(20)
  })
})

describe('device interrupts', () => {
  it('strike the CPU that they are for at their time', () => {
    const { result, handled } = run([
      function* (_td, cpu) {
        ;(cpu as SimCpu).interrupt(1, 40_000, device)
        yield* settle(cpu)
      },
      (_td, cpu) => busyFor(cpu, 100_000),
    ])
    expect(handled).toMatchObject([{ cpu: 1, vector: device }])
    expect(handled[0]!.atNs).toBeGreaterThan(40_000)
    expect(handled[0]!.atNs).toBeLessThan(43_000)
    expect(result.statistics.interrupts).toBe(1)
  })
})
