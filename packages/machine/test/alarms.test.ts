import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Alarms } from '../src/live/alarms.ts'

describe('alarms', () => {
  it('ring in the order of their times, and never those cancelled', () => {
    const plan = fc.array(fc.record({ at: fc.nat(50), cancelled: fc.boolean() }))
    fc.assert(
      fc.property(plan, fc.nat(50), (entries, until) => {
        const alarms = new Alarms()
        const rung: number[] = []
        const set = entries.map(({ at }) => alarms.set(at, () => rung.push(at)))
        entries.forEach(({ cancelled }, i) => cancelled && set[i]!.cancel())
        alarms.ringUntil(until)
        const due = entries.filter(({ at, cancelled }) => at <= until && !cancelled)
        expect(rung).toEqual(due.map(({ at }) => at).sort((a, b) => a - b))
        expect(alarms.nextNs).toBe(
          Math.min(...entries.filter((e) => e.at > until && !e.cancelled).map((e) => e.at)),
        )
      }),
    )
  })

  it('can set another while one rings', () => {
    const alarms = new Alarms()
    const rung: string[] = []
    alarms.set(1, () => alarms.set(2, () => rung.push('second')))
    alarms.ringUntil(5)
    expect(rung).toEqual(['second'])
  })
})
