import { PARK } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { type DirectFunction, inThread } from '../src/callouts/callout-function.ts'
import { Callouts } from '../src/callouts/callouts.ts'
import { BadTime } from '../src/errors.ts'
import { calloutMachine, MS, step } from './support/callout-machine.ts'
import { world } from './support/drive.ts'
import { fc } from './support/fast-check.ts'

/** Two CPUs over one mock clock; each notes what ran there and when. */
function machine(buckets = 16) {
  const ran: string[] = []
  const inside: { during?: (cpu: number, callout: number) => void } = {}
  const note: DirectFunction = (argument, callout, irq) => {
    ran.push(`${argument} on ${irq.cpu} at ${made.clock.nowNs() / MS}`)
    inside.during?.(irq.cpu, callout)
  }
  const fails: DirectFunction = () => {
    throw new Error('the function failed')
  }
  const waits = inThread(function* (argument, _callout, td) {
    ran.push(`thread ${argument} on ${td.cpu}`)
    yield PARK
    ran.push(`thread ${argument} ends`)
  })
  const made = calloutMachine([note, fails, waits], buckets)
  return { ...made, inside, ran }
}

const NOTE = 0
const FAILS = 1
const WAITS = 2

describe('a callout', () => {
  it('runs once, in an interrupt when it is due, and not before', () => {
    const { callouts, clock, make, ran, zero } = machine()
    const [callout] = make() as [number]
    expect(callouts.set(zero, callout, 10 * MS, NOTE, 7)).toBe(false)
    clock.advance(9.9 * MS)
    expect(ran).toEqual([])
    clock.advance(20 * MS)
    expect(ran).toEqual(['7 on 0 at 10'])
  })

  it('that is set again forgets its first time', () => {
    const { callouts, clock, make, ran, zero } = machine()
    const [callout] = make() as [number]
    callouts.set(zero, callout, 10 * MS, NOTE, 1)
    expect(callouts.set(zero, callout, 30 * MS, NOTE, 2)).toBe(true)
    clock.advance(40 * MS)
    expect(ran).toEqual(['2 on 0 at 30'])
  })

  it('that is set again for an earlier time runs then', () => {
    const { callouts, clock, make, ran, zero } = machine()
    const [callout] = make() as [number]
    callouts.set(zero, callout, 30 * MS, NOTE, 1)
    callouts.set(zero, callout, 10 * MS, NOTE, 2)
    clock.advance(40 * MS)
    expect(ran).toEqual(['2 on 0 at 10'])
  })

  it('that is stopped does not run, and says what it was', () => {
    const { callouts, clock, make, ran, zero } = machine()
    const [callout] = make() as [number]
    expect(callouts.stop(callout)).toBe('idle')
    callouts.set(zero, callout, 10 * MS, NOTE)
    expect(callouts.stop(callout)).toBe('stopped')
    clock.advance(20 * MS)
    expect(ran).toEqual([])
  })

  it('more than a turn of the wheel away runs at its time', () => {
    const { callouts, clock, make, ran, zero } = machine(4)
    const [callout] = make() as [number]
    callouts.set(zero, callout, 1000 * MS, NOTE)
    clock.advance(2000 * MS)
    expect(ran).toEqual(['0 on 0 at 1000'])
  })

  it('may set itself again from its function', () => {
    const { callouts, clock, inside, make, ran, zero } = machine()
    const [callout] = make() as [number]
    inside.during = () => callouts.set(zero, callout, 10 * MS, NOTE)
    callouts.set(zero, callout, 10 * MS, NOTE)
    clock.advance(35 * MS)
    expect(ran).toEqual(['0 on 0 at 10', '0 on 0 at 20', '0 on 0 at 30'])
  })

  it('whose function throws is idle again, and the wheel is unlocked', () => {
    const { callouts, clock, make, zero } = machine()
    const [callout] = make() as [number]
    callouts.set(zero, callout, 0, FAILS)
    expect(() => clock.advance(1 * MS)).toThrow('the function failed')
    expect(callouts.stop(callout)).toBe('idle')
  })

  it('refuses figures that cannot be, by name', () => {
    const { arena } = world(1)
    const { callouts, make, zero } = machine()
    const [callout] = make() as [number]
    const set = (delayNs: number, run = NOTE, options = {}) =>
      callouts.set(zero, callout, delayNs, run, 0, options)
    expect(() => set(-1)).toThrow(BadTime)
    expect(() => set(Number.NaN)).toThrow('delay: expected')
    expect(() => set(1, NOTE, { precisionNs: 2 ** 31 })).toThrow(BadTime)
    expect(() => set(1, 9)).toThrow('function: expected one of 3')
    expect(() => set(1, NOTE, { cpu: 2 })).toThrow('cpu: expected 0 to 1')
    expect(() => callouts.set({ cpu: 7 }, callout, 1, NOTE)).toThrow('attached, came 7')
    expect(() => Callouts.place(arena, 1, 100)).toThrow('power of two')
    expect(callouts.stop(callout)).toBe('idle')
  })
})

describe('a callout whose function may wait', () => {
  it('runs in the softclock thread of its CPU, which sleeps until there is one', () => {
    const { callouts, clock, make, ran, zero } = machine()
    const [callout] = make() as [number]
    const softclock = callouts.softclock(zero)
    expect(step(softclock)).toMatchObject({ value: PARK })
    callouts.set(zero, callout, 10 * MS, WAITS, 3)
    clock.advance(10 * MS)
    expect(ran).toEqual([])
    step(softclock)
    expect(ran).toEqual(['thread 3 on 0'])
    expect(callouts.stop(callout)).toBe('running')
    step(softclock)
    expect([ran[1], callouts.stop(callout)]).toEqual(['thread 3 ends', 'idle'])
  })

  it('can be stopped when it is due already, until the thread has come to it', () => {
    const { callouts, clock, make, ran, zero } = machine()
    const [callout] = make() as [number]
    callouts.set(zero, callout, 10 * MS, WAITS)
    clock.advance(10 * MS)
    expect([callouts.statistics(0).pending, callouts.stop(callout)]).toEqual([1, 'stopped'])
    step(callouts.softclock(zero))
    expect([ran, callouts.statistics(0).pending]).toEqual([[], 0])
  })

  it('is run before a plain one that it was set to meanwhile', () => {
    const { callouts, clock, make, ran, zero } = machine()
    const [callout] = make() as [number]
    const softclock = callouts.softclock(zero)
    callouts.set(zero, callout, 10 * MS, WAITS, 1)
    clock.advance(10 * MS)
    step(softclock)
    callouts.set(zero, callout, 10 * MS, NOTE, 2)
    clock.advance(20 * MS)
    expect(ran).toEqual(['thread 1 on 0'])
    step(softclock)
    clock.advance(1 * MS)
    expect(ran.slice(1)).toEqual(['thread 1 ends', expect.stringMatching(/^2 on 0/)])
  })
})

describe('precision', () => {
  it('lets those that may be late wait for one that may not, in one pass', () => {
    const { callouts, clock, make, ran, zero } = machine()
    const [early, middle, exact] = make(3) as [number, number, number]
    callouts.set(zero, early, 10 * MS, NOTE, 1, { precisionNs: 15 * MS })
    callouts.set(zero, middle, 15 * MS, NOTE, 2, { precisionNs: 10 * MS })
    callouts.set(zero, exact, 20 * MS, NOTE, 3)
    clock.advance(40 * MS)
    expect(ran).toEqual(['1 on 0 at 20', '2 on 0 at 20', '3 on 0 at 20'])
    expect(callouts.statistics(0)).toMatchObject({ fired: 3, passes: 1, pending: 0 })
  })

  it('never makes one later than it allows', () => {
    const sets = fc.array(
      fc.record({
        delay: fc.integer({ min: 0, max: 400 * MS }),
        precision: fc.integer({ min: 0, max: 50 * MS }),
      }),
      { minLength: 1, maxLength: 20 },
    )
    fc.assert(
      fc.property(sets, (list) => {
        const { callouts, clock, inside, make, zero } = machine(8)
        const made = make(list.length)
        const latest = new Map<number, number>()
        inside.during = (_cpu, callout) => {
          expect(clock.nowNs()).toBeLessThanOrEqual(latest.get(callout)!)
          latest.delete(callout)
        }
        list.forEach(({ delay, precision }, i) => {
          latest.set(made[i]!, Math.max(1, delay) + precision)
          callouts.set(zero, made[i]!, delay, NOTE, i, { precisionNs: precision })
        })
        clock.advance(500 * MS)
        expect(latest.size).toBe(0)
      }),
      { numRuns: 200 },
    )
  })
})

describe('another CPU', () => {
  it('may be where a callout is set to run; it is raised for an earlier time', () => {
    const { callouts, clock, make, raised, ran, zero } = machine()
    const [callout, later] = make(2) as [number, number]
    callouts.set(zero, callout, 10 * MS, NOTE, 5, { cpu: 1 })
    callouts.set(zero, later, 15 * MS, NOTE, 6, { cpu: 1 })
    expect(raised).toEqual([1])
    clock.advance(20 * MS)
    expect(ran).toEqual(['5 on 1 at 10', '6 on 1 at 15'])
    expect(callouts.statistics(0).moved).toBe(2)
  })

  it('may take it over while its function runs; it moves when that has ended', () => {
    const { callouts, clock, inside, make, one, ran, zero } = machine()
    const [callout] = make() as [number]
    inside.during = (cpu) => {
      if (cpu === 0) callouts.set(one, callout, 10 * MS, NOTE, 6, { cpu: 1 })
    }
    callouts.set(zero, callout, 10 * MS, NOTE, 5)
    clock.advance(30 * MS)
    expect(ran).toEqual(['5 on 0 at 10', '6 on 1 at 20'])
  })

  it('of a lower number may take it over, too', () => {
    const { callouts, clock, inside, make, one, ran, zero } = machine()
    const [callout] = make() as [number]
    inside.during = (cpu) => {
      if (cpu === 1) callouts.set(zero, callout, 10 * MS, NOTE, 6, { cpu: 0 })
    }
    callouts.set(one, callout, 10 * MS, NOTE, 5, { cpu: 1 })
    clock.advance(30 * MS)
    expect(ran).toEqual(['5 on 1 at 10', '6 on 0 at 20'])
  })

  it('that stops it while it is to move, stops it for good', () => {
    const { callouts, clock, inside, make, one, ran, zero } = machine()
    const [callout] = make() as [number]
    inside.during = () => {
      callouts.set(one, callout, 10 * MS, NOTE, 6, { cpu: 1 })
      expect(callouts.stop(callout)).toBe('running')
    }
    callouts.set(zero, callout, 10 * MS, NOTE, 5)
    clock.advance(60 * MS)
    expect(ran).toEqual(['5 on 0 at 10'])
  })

  it('that drains it sleeps until its function has ended', () => {
    const { callouts, clock, make, one, zero } = machine()
    const [callout] = make() as [number]
    const softclock = callouts.softclock(zero)
    callouts.set(zero, callout, 10 * MS, WAITS)
    clock.advance(10 * MS)
    step(softclock)
    const draining = callouts.drain(one, callout)
    expect(step(draining)).toMatchObject({ value: PARK, done: false })
    step(softclock)
    expect(step(draining)).toEqual({ value: 'running', done: true })
    expect(callouts.stop(callout)).toBe('idle')
  })
})
