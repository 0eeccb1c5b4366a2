import { explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { Arena, LiveMemory } from '@smpnet/memory'
import { Lot, NotifyWaker } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { CALLOUT_BYTES } from '../src/callouts/callout.ts'
import { Callouts } from '../src/callouts/callouts.ts'
import { drive } from '@smpnet/park/model'

/**
 * One callout that is due, on CPU 0. Its function writes 1 while it runs and 2 when it has ended,
 * at `data`; CPU 1 does something to it meanwhile.
 */
function dueCallout() {
  const memory = LiveMemory.create(8192)
  const arena = Arena.create(memory)
  const lots = Lot.place(arena, { buckets: 1, cpus: 2, threads: 1, waiters: 2 })
  const tds = [0, 1].map((cpu) => new Lot(memory, lots, new NotifyWaker(memory), cpu).waiter())
  const handle = Callouts.place(arena, 2, 2)
  const at = arena.place('callout', CALLOUT_BYTES)
  const data = arena.place('data', 64)
  const cpus = [0, 1].map((cpu) => {
    const run = (): void => {
      memory.store(data, 1)
      memory.store(data, 2)
    }
    return new Callouts(memory, handle, [run], { cpu, nowNs: () => 100, rearm: () => {} })
  })
  cpus[0]!.init(at)
  drive(tds[0]!, cpus[0]!.reset(at, 0, 0))
  return { memory, at, data, zero: cpus[0]!, one: cpus[1]!, td0: tds[0]!, td1: tds[1]! }
}

describe('Under every schedule, a callout', () => {
  it('does not run, and will not, once a drain on another CPU has come back', () => {
    const result = explore({ name: 'process against drain' }, ({ thread, after }) => {
      const { memory, at, data, zero, one, td0, td1 } = dueCallout()
      thread('softclock', () => void drive(td0, later(zero).process(td0)))
      thread('drain', () => {
        const found = drive(td1, one.drain(at, td1))
        const seen = memory.load(data)
        expect(found === 'stopped' ? [0] : [0, 2]).toContain(seen)
        memory.store(data + 4, seen)
      })
      after(() => expect(memory.load(data)).toBe(memory.load(data + 4)))
    })
    expect(result).toHold()
  })

  it('may run when a stop has come back, which is what a drain is for: the canary', () => {
    const result = explore({ name: 'process against stop' }, ({ thread }) => {
      const { memory, at, data, zero, one, td0, td1 } = dueCallout()
      thread('softclock', () => void drive(td0, later(zero).process(td0)))
      thread('stop', () => {
        drive(td1, one.stop(at))
        expect(memory.load(data)).not.toBe(1)
      })
    })
    expect(result).toFailWith('assertion')
  })

  it('runs exactly once when another CPU takes it over at that moment', () => {
    const result = explore({ name: 'process against move' }, ({ thread, after }) => {
      const { at, zero, one, td0, td1 } = dueCallout()
      thread('softclock', () => void drive(td0, later(zero).process(td0)))
      thread('move', () => void drive(td1, one.reset(at, 0, 0, 0, { cpu: 1 })))
      after(() => {
        const ran = zero.statistics(0).fired
        expect(zero.statistics(1).pending).toBe(1)
        expect(ran).toBeLessThanOrEqual(1)
      })
    })
    expect(result).toHold()
  })
})

/** The same callouts some time later, when what was set is due. */
function later({ memory, handle, functions }: Callouts): Callouts {
  const host = { cpu: 0, nowNs: () => 1000, rearm: () => {} }
  return new Callouts(memory, handle, functions, host)
}
