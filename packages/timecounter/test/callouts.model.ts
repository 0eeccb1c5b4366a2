import { explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { Arena, Interrupt, LiveMemory } from '@smpnet/memory'
import { Lot, NotifyWaker } from '@smpnet/park'
import { drive } from '@smpnet/park/model'
import { expectToHold, timely } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { CALLOUT_BYTES } from '../src/callouts/callout.ts'
import { type CalloutFunction, inThread } from '../src/callouts/callout-function.ts'
import { Callouts } from '../src/callouts/callouts.ts'
import { Wheel } from '../src/callouts/wheel.ts'

/**
 * One callout that is due, on CPU 0, whose alarm the model rings. Its function writes 1 while it
 * runs and 2 when it has ended, at `data`; CPU 1 does something to it meanwhile.
 */
function dueCallout(isInThread = false) {
  const memory = LiveMemory.create(8192)
  const arena = Arena.create(memory)
  const lots = Lot.place(arena, { buckets: 1, cpus: 2, threads: 1, waiters: 2 })
  const handle = Callouts.place(arena, 2, 2)
  const at = arena.place('callout', CALLOUT_BYTES)
  const data = arena.place('data', 64)
  const run = (): void => {
    memory.store(data, 1)
    memory.store(data, 2)
  }
  const waits = inThread(function* () {
    run()
  })
  const functions: CalloutFunction[] = [isInThread ? waits : run]
  let nowNs = 100
  const cpus = [0, 1].map((cpu) => {
    const lot = new Lot(memory, lots, new NotifyWaker(memory), cpu)
    const callouts = new Callouts(memory, handle, functions)
    const host = {
      cpu,
      lot,
      alarms: [] as ((irq: Interrupt) => void)[],
      nowNs: () => nowNs,
      alarm(_delayNs: number, ring: (irq: Interrupt) => void) {
        host.alarms.push(ring)
        return { cancel: () => {} }
      },
      raise: () => {},
      onRaise: () => {},
    }
    callouts.attach(host)
    callouts.attachCaller({ cpu: 1 - cpu, nowNs: () => nowNs, raise: () => {} })
    return { callouts, host, td: lot.waiter() }
  })
  const [zero, one] = cpus as [(typeof cpus)[0], (typeof cpus)[0]]
  zero.callouts.init(at, 0)
  zero.callouts.set(zero.td, at, 0, 0)
  nowNs = 1000
  const ring = (): void => zero.host.alarms.pop()!(new Interrupt(0))
  return { memory, at, data, zero, one, ring }
}

describe('Under every schedule, a callout', () => {
  it('does not run, and will not, once a drain on another CPU has come back', () => {
    const result = explore({ name: 'ring against drain', ...timely }, ({ thread, after }) => {
      const { memory, at, data, one, ring } = dueCallout()
      thread('alarm', ring)
      thread('drain', () => {
        const found = drive(one.td, one.callouts.drain(one.td, at))
        const seen = memory.load(data)
        expect(found === 'stopped' ? [0] : [0, 2]).toContain(seen)
        memory.store(data + 4, seen)
      })
      after(() => expect(memory.load(data)).toBe(memory.load(data + 4)))
    })
    expectToHold(result)
  })

  it('has not begun and never does, once a stop has come back with `stopped`', () => {
    const result = explore({ name: 'ring against stop' }, ({ thread, after }) => {
      const { memory, at, data, one, ring } = dueCallout()
      thread('alarm', ring)
      thread('stop', () => memory.store(data + 4, one.callouts.stop(at) === 'stopped' ? 1 : 0))
      after(() => expect(memory.load(data)).toBe(memory.load(data + 4) === 1 ? 0 : 2))
    })
    expect(result).toHold()
  })

  it('may run when a stop has come back, which is what a drain is for: the canary', () => {
    const result = explore({ name: 'ring against stop, taken for a drain' }, ({ thread }) => {
      const { memory, at, data, one, ring } = dueCallout()
      thread('alarm', ring)
      thread('stop', () => {
        one.callouts.stop(at)
        expect(memory.load(data)).not.toBe(1)
      })
    })
    expect(result).toFailWith('assertion')
  })

  it('runs at most once, and is set on the other CPU, when that takes it over meanwhile', () => {
    const result = explore({ name: 'ring against move' }, ({ thread, after }) => {
      const { at, zero, one, ring } = dueCallout()
      thread('alarm', ring)
      thread('move', () => one.callouts.set(one.td, at, 0, 0, 0, { cpu: 1 }))
      after(() => {
        expect(zero.callouts.statistics(1).pending).toBe(1)
        expect(zero.callouts.statistics(0)).toMatchObject({ pending: 0 })
        expect(zero.callouts.statistics(0).fired).toBeLessThanOrEqual(1)
      })
    })
    expect(result).toHold()
  })

  it('that waits for the softclock thread is run by it, however they meet', () => {
    const result = explore({ name: 'ring against softclock', ...timely }, ({ thread, after }) => {
      const { memory, data, zero, ring } = dueCallout(true)
      thread('alarm', ring)
      thread('softclock', () => {
        const softclock = zero.callouts.softclock(zero.td)
        drive(
          zero.td,
          untilDone(softclock, () => memory.load(data) === 2),
        )
      })
      after(() => expect(memory.load(data)).toBe(2))
    })
    expectToHold(result)
  })

  it('is lost in the list if its wheel has no lock: the canary', () => {
    const { lockNow } = Wheel.prototype
    Wheel.prototype.lockNow = () => {}
    const result = explore({ name: 'ring against move, unlocked' }, ({ thread, after }) => {
      const { at, zero, one, ring } = dueCallout()
      thread('alarm', ring)
      thread('move', () => one.callouts.set(one.td, at, 0, 0, 0, { cpu: 1 }))
      after(() => {
        expect(zero.callouts.statistics(1).pending).toBe(1)
        expect(zero.callouts.statistics(0).pending).toBe(0)
      })
    })
    Wheel.prototype.lockNow = lockNow
    expect(result.failure).toBeDefined()
  })
})

/** Drives a thread that never ends until `isDone`. */
function* untilDone(waiting: Generator<number, unknown, number>, isDone: () => boolean) {
  for (let step = waiting.next(0); !isDone(); step = waiting.next(yield step.value as number));
}
