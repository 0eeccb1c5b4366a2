import { PARK } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { CALLOUT_BYTES } from '../src/callouts/callout.ts'
import { type CalloutFunction, Callouts } from '../src/callouts/callouts.ts'
import { NEVER_NS } from '../src/callouts/wheel.ts'
import { BadTime } from '../src/errors.ts'
import { MockClock } from '../src/clocks/mock-clock.ts'
import { run, world } from './support/drive.ts'
import { fc } from './support/fast-check.ts'

const MS = 1_000_000

/** Two CPUs over one mock clock; each notes what ran there and when. */
function machine(buckets = 16) {
  const clock = new MockClock()
  const { arena, memory, tds } = world(2)
  const handle = Callouts.place(arena, 2, buckets)
  const ran: string[] = []
  const rearmed: [cpu: number, ns: number][] = []
  const inside: { during?: (cpu: number, callout: number) => void } = {}
  const cpus = [0, 1].map((cpu) => {
    const note: CalloutFunction = (argument, callout) => {
      ran.push(`${argument} on ${cpu} at ${clock.nowNs() / MS}`)
      inside.during?.(cpu, callout)
    }
    const fails: CalloutFunction = () => {
      throw new Error('the function failed')
    }
    const rearm = (other: number, ns: number) => rearmed.push([other, ns])
    return new Callouts(memory, handle, [note, fails], { cpu, nowNs: () => clock.nowNs(), rearm })
  })
  const place = (count = 1) => {
    const at = arena.place('callouts', count * CALLOUT_BYTES)
    return Array.from({ length: count }, (_, i) => at + i * CALLOUT_BYTES).map((callout) => {
      cpus[0]!.init(callout)
      return callout
    })
  }
  const process = (cpu: number) => run(cpus[cpu]!.process(tds[cpu]!))
  return { clock, cpus, inside, place, process, ran, rearmed, tds, zero: cpus[0]!, one: cpus[1]! }
}

describe('a callout', () => {
  it('runs once, when it is due and not before', () => {
    const { clock, place, process, ran, zero } = machine()
    const [callout] = place() as [number]
    expect(run(zero.reset(callout, 10 * MS, 0, 7))).toBe(false)
    clock.advance(9 * MS)
    expect(process(0)).toBe(0)
    clock.advance(1 * MS)
    expect(process(0)).toBe(1)
    expect(process(0)).toBe(0)
    expect(ran).toEqual(['7 on 0 at 10'])
  })

  it('that is set again forgets its first time', () => {
    const { clock, place, process, ran, zero } = machine()
    const [callout] = place() as [number]
    run(zero.reset(callout, 10 * MS, 0, 1))
    expect(run(zero.reset(callout, 30 * MS, 0, 2))).toBe(true)
    clock.advance(20 * MS)
    expect(process(0)).toBe(0)
    clock.advance(10 * MS)
    process(0)
    expect(ran).toEqual(['2 on 0 at 30'])
  })

  it('that is stopped does not run, and says what it was', () => {
    const { clock, place, process, ran, one, zero } = machine()
    const [callout] = place() as [number]
    expect(run(zero.stop(callout))).toBe('idle')
    run(zero.reset(callout, 10 * MS, 0))
    expect(run(one.stop(callout))).toBe('stopped')
    clock.advance(20 * MS)
    expect([process(0), ran]).toEqual([0, []])
  })

  it('more than a turn of the wheel away runs at its time', () => {
    const { clock, place, process, ran, zero } = machine(4)
    const [callout] = place() as [number]
    run(zero.reset(callout, 1000 * MS, 0))
    for (let i = 0; i < 99; i++) {
      clock.advance(10 * MS)
      expect(process(0)).toBe(0)
    }
    clock.advance(10 * MS)
    process(0)
    expect(ran).toEqual(['0 on 0 at 1000'])
  })

  it('may set itself again from its function', () => {
    const { clock, inside, place, process, ran, zero } = machine()
    const [callout] = place() as [number]
    inside.during = () => run(zero.reset(callout, 10 * MS, 0))
    run(zero.reset(callout, 10 * MS, 0))
    for (let i = 0; i < 3; i++) {
      clock.advance(10 * MS)
      expect(process(0)).toBe(1)
    }
    expect(ran).toHaveLength(3)
  })

  it('whose function throws is idle again, and the wheel is unlocked', () => {
    const { clock, place, process, zero } = machine()
    const [callout] = place() as [number]
    run(zero.reset(callout, 0, 1))
    clock.advance(1 * MS)
    expect(() => process(0)).toThrow('the function failed')
    expect(run(zero.stop(callout))).toBe('idle')
  })

  it('refuses figures that cannot be, by name', () => {
    const { arena } = world(1)
    const { place, zero } = machine()
    const [callout] = place() as [number]
    expect(() => run(zero.reset(callout, -1, 0))).toThrow(BadTime)
    expect(() => run(zero.reset(callout, Number.NaN, 0))).toThrow('delay: expected')
    expect(() => run(zero.reset(callout, 1, 0, 0, { precisionNs: 2 ** 31 }))).toThrow(BadTime)
    expect(() => run(zero.reset(callout, 1, 9))).toThrow('function: expected one of 2')
    expect(() => run(zero.reset(callout, 1, 0, 0, { cpu: 2 }))).toThrow('cpu: expected 0 to 1')
    expect(() => Callouts.place(arena, 1, 100)).toThrow('power of two')
  })
})

describe('precision', () => {
  it('lets those that may be late wait for one that may not, in one pass', () => {
    const { clock, place, process, ran, zero } = machine()
    const [early, middle, exact] = place(3) as [number, number, number]
    run(zero.reset(early, 10 * MS, 0, 1, { precisionNs: 15 * MS }))
    run(zero.reset(middle, 15 * MS, 0, 2, { precisionNs: 10 * MS }))
    run(zero.reset(exact, 20 * MS, 0, 3))
    process(0)
    expect(run(zero.nextNs())).toBe(20 * MS)
    clock.advance(20 * MS)
    expect(process(0)).toBe(3)
    expect(ran.map((line) => line[0])).toEqual(['1', '2', '3'])
    expect(zero.statistics(0)).toMatchObject({ fired: 3, passes: 2, pending: 0 })
    expect(run(zero.nextNs())).toBe(NEVER_NS)
  })

  it('never makes one later than it allows, when passes come as they are asked for', () => {
    const sets = fc.array(
      fc.record({
        delay: fc.integer({ min: 0, max: 400 * MS }),
        precision: fc.integer({ min: 0, max: 50 * MS }),
      }),
      { minLength: 1, maxLength: 20 },
    )
    fc.assert(
      fc.property(sets, (list) => {
        const { clock, inside, place, process, zero } = machine(8)
        const callouts = place(list.length)
        const latest = new Map<number, number>()
        inside.during = (_cpu, callout) => {
          expect(clock.nowNs()).toBeLessThanOrEqual(latest.get(callout)!)
          latest.delete(callout)
        }
        list.forEach(({ delay, precision }, i) => {
          latest.set(callouts[i]!, Math.max(1, delay) + precision)
          run(zero.reset(callouts[i]!, delay, 0, i, { precisionNs: precision }))
        })
        for (let next = run(zero.nextNs()); next < NEVER_NS; next = run(zero.nextNs())) {
          clock.advance(Math.max(0, next - clock.nowNs()))
          process(0)
        }
        expect(latest.size).toBe(0)
      }),
      { numRuns: 200 },
    )
  })
})

describe('another CPU', () => {
  it('may be where a callout is set to run; that CPU is told of an earlier time', () => {
    const { clock, place, process, ran, rearmed, zero } = machine()
    const [callout] = place() as [number]
    run(zero.reset(callout, 10 * MS, 0, 5, { cpu: 1 }))
    expect(rearmed).toEqual([[1, 10 * MS]])
    clock.advance(10 * MS)
    expect([process(0), process(1)]).toEqual([0, 1])
    expect(ran).toEqual(['5 on 1 at 10'])
    expect(zero.statistics(0).moved).toBe(1)
  })

  it('may take it over while its function runs; it moves when that has ended', () => {
    const { clock, inside, place, process, ran, one, zero } = machine()
    const [callout] = place() as [number]
    inside.during = (cpu) => {
      if (cpu === 0) run(one.reset(callout, 10 * MS, 0, 6, { cpu: 1 }))
    }
    run(zero.reset(callout, 10 * MS, 0, 5))
    clock.advance(10 * MS)
    process(0)
    clock.advance(10 * MS)
    expect([process(0), process(1)]).toEqual([0, 1])
    expect(ran).toEqual(['5 on 0 at 10', '6 on 1 at 20'])
  })

  it('that stops it while it is to move, stops it for good', () => {
    const { clock, inside, place, process, one, zero } = machine()
    const [callout] = place() as [number]
    inside.during = () => {
      run(one.reset(callout, 10 * MS, 0, 6, { cpu: 1 }))
      expect(run(one.stop(callout))).toBe('running')
    }
    run(zero.reset(callout, 10 * MS, 0, 5))
    clock.advance(10 * MS)
    process(0)
    clock.advance(50 * MS)
    expect([process(0), process(1)]).toEqual([0, 0])
  })

  it('that drains it sleeps until its function has ended', () => {
    const { clock, inside, place, process, one, tds, zero } = machine()
    const [callout] = place() as [number]
    const draining = one.drain(callout, tds[1]!)
    inside.during = () => {
      expect(draining.next(0)).toMatchObject({ value: PARK, done: false })
    }
    run(zero.reset(callout, 10 * MS, 0))
    clock.advance(10 * MS)
    process(0)
    expect(draining.next(0)).toEqual({ value: 'running', done: true })
    expect(run(zero.stop(callout))).toBe('idle')
  })
})
