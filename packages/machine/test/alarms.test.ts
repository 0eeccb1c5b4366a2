import { Interrupt } from '@smpnet/memory'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Alarm } from '../src/index.ts'
import { Alarms } from '../src/live/alarms.ts'

const irq = new Interrupt(0)

describe('alarms', () => {
  it('ring in the order of their times, and never those cancelled', () => {
    const plan = fc.array(fc.record({ at: fc.nat(50), cancelled: fc.boolean() }))
    fc.assert(
      fc.property(plan, fc.nat(50), (entries, until) => {
        const alarms = new Alarms()
        const rung: number[] = []
        const set = entries.map(({ at }) => alarms.set(at, () => rung.push(at)))
        entries.forEach(({ cancelled }, i) => cancelled && set[i]!.cancel())
        alarms.ringUntil(until, irq)
        const due = entries.filter(({ at, cancelled }) => at <= until && !cancelled)
        expect(rung).toEqual(due.map(({ at }) => at).sort((a, b) => a - b))
        expect(alarms.nextNs).toBe(
          Math.min(...entries.filter((e) => e.at > until && !e.cancelled).map((e) => e.at)),
        )
      }),
    )
  })

  it('that are cancelled take no room, and may be cancelled again or when they have rung', () => {
    const plan = fc.array(fc.record({ at: fc.nat(20), cancels: fc.nat() }), { maxLength: 60 })
    fc.assert(
      fc.property(plan, (steps) => {
        const alarms = new Alarms()
        const set = new Map<Alarm, number>()
        const all: Alarm[] = []
        for (const { at, cancels } of steps) {
          const alarm = alarms.set(at, () => set.delete(alarm))
          set.set(alarm, at)
          all.push(alarm)
          const unlucky = all[cancels % (2 * all.length)]
          unlucky?.cancel()
          if (unlucky !== undefined) set.delete(unlucky)
          if (cancels % 5 === 0) alarms.ringUntil(at, irq)
          expect(alarms.count).toBe(set.size)
          expect(alarms.nextNs).toBe(Math.min(...set.values()))
        }
      }),
    )
  })

  it('keep their order when the last of them takes the place of one that is cancelled', () => {
    const alarms = new Alarms()
    const rung: number[] = []
    const set = [1, 10, 2, 11, 12, 3].map((at) => alarms.set(at, () => rung.push(at)))
    set[3]!.cancel()
    for (const at of [20, 21]) alarms.set(at, () => rung.push(at))
    alarms.ringUntil(30, irq)
    expect(rung).toEqual([1, 2, 3, 10, 12, 20, 21])
  })

  it('can be cancelled by one that rings at the same time', () => {
    const alarms = new Alarms()
    const rung: string[] = []
    const set = ['first', 'second'].map((name, i, { length }) =>
      alarms.set(1, () => {
        rung.push(name)
        set[length - 1 - i]!.cancel()
      }),
    )
    alarms.ringUntil(1, irq)
    expect(rung).toHaveLength(1)
    expect(alarms.count).toBe(0)
  })

  it('can set another while one rings', () => {
    const alarms = new Alarms()
    const rung: string[] = []
    alarms.set(1, () => alarms.set(2, () => rung.push('second')))
    alarms.ringUntil(5, irq)
    expect(rung).toEqual(['second'])
  })
})
