import { simulate } from '@smpnet/machine/sim'
import { Arena, LiveMemory } from '@smpnet/memory'
import { Mutex } from '@smpnet/sync'
import { chromeTrace, EventRing, Tracer } from '@smpnet/trace'
import { describe, expect, it } from 'vitest'
import { Scheduler, type Thread, TRACE_EVENTS, TRACE_KINDS, Ule } from '../src/index.ts'
import { compute } from './simulated-load.ts'

/** Two CPUs whose threads contend for a lock, sleep and end; each CPU writes its events down. */
function traced() {
  // A memory of its own, so that tracing costs the simulated machine clock reads and no more.
  const arena = Arena.create(LiveMemory.create(1 << 20))
  const rings = [0, 1].map(() => new EventRing(arena.memory, EventRing.place(arena, 4096)))
  const names = new Map<number, string>()
  const schedulers: Scheduler[] = []
  const result = simulate({
    profile: 'xeon-8176',
    cpus: 2,
    seed: 1,
    memoryBytes: 1 << 20,
    setup: ({ arena: shared }) => ({ ule: new Ule(), lock: shared.place('lock', Mutex.bytes) }),
    boot: (cpu, { ule, lock }) => {
      const trace = new Tracer(rings[cpu.id]!, () => cpu.now())
      const scheduler = new Scheduler(cpu, { policy: ule.on(cpu), trace })
      schedulers.push(scheduler)
      for (let i = 0; i < 3; i++) {
        const td = scheduler.spawn(function* (self) {
          const mutex = new Mutex(self.pcpu.memory, lock)
          for (let round = 0; round < 20; round++) {
            if (!mutex.tryEnter(self)) yield* mutex.enter(self)
            yield* compute(self as Thread, 30_000)
            // Others spin for an owner that runs, and sleep for one that sleeps.
            yield* self.sleep(20_000)
            if (!mutex.tryExit(self)) yield* mutex.exit(self)
            yield* self.sleep(10_000)
          }
        })
        names.set(td.at, td.name)
      }
      return scheduler
    },
  })
  const cpus = rings.map((ring, cpu) => ({ cpu, events: ring.read().events }))
  return { result, cpus, names, schedulers }
}

const { cpus, names, schedulers } = traced()
const trace = chromeTrace({ cpus, kinds: TRACE_KINDS, names, title: 'xeon-8176' })

describe('the trace of a scheduler', () => {
  it('has an event for every switch, start and end, in the order of time', () => {
    const count = (name: (typeof TRACE_EVENTS)[number]) =>
      cpus.map(({ events }) => events.filter(({ kind }) => TRACE_EVENTS[kind] === name))
    const toThreads = count('switch').map((events) => events.filter(({ one }) => one !== 0).length)
    expect(toThreads).toEqual(schedulers.map(({ switches }) => switches))
    expect(count('start').flat()).toHaveLength(6)
    expect(count('end').flat()).toHaveLength(6)
    for (const { events } of cpus) {
      const times = events.map(({ timeNs }) => timeNs)
      expect(times).toEqual(times.toSorted((one, other) => one - other))
    }
  })

  it('shows which thread waited for which lock', () => {
    const blocks = trace.traceEvents.filter(({ name }) => name === 'lock-block')
    expect(blocks.length).toBeGreaterThan(10)
    expect(new Set(blocks.map(({ args }) => args['lock'])).size).toBe(1)
    expect(blocks[0]!.args['thread']).toMatch(/^thread \d\.\d$/)
  })

  it('says why a CPU switched', () => {
    const runs = trace.traceEvents.filter(({ ph }) => ph === 'X')
    const reasons = new Set(runs.map(({ args }) => args['switched because']))
    expect([...reasons]).toEqual(expect.arrayContaining(['idle', 'turnstile', 'sleepqtimo']))
  })

  it('has one track for each CPU, on which runs follow each other', () => {
    const tracks = trace.traceEvents.filter(({ name }) => name === 'thread_name')
    expect(tracks.map(({ args }) => args['name'])).toEqual(['CPU 0', 'CPU 1'])
    for (const tid of tracks.map((track) => track.tid)) {
      const runs = trace.traceEvents.filter((event) => event.ph === 'X' && event.tid === tid)
      runs.slice(1).forEach(({ ts }, i) => {
        expect(ts).toBeGreaterThan(runs[i]!.ts + runs[i]!.dur! - 1e-6)
      })
    }
  })

  it('is the same for the same seed', () => {
    const again = traced()
    expect(again.cpus).toEqual(cpus)
  })
})
