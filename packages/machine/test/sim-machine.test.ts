import { SETTLE } from '@smpnet/memory'
import { Mutex } from '@smpnet/sync'
import { describe, expect, it } from 'vitest'
import { type SimOptions, simulate } from '../src/sim/index.ts'
import { TinyExecutive } from './sim-tiny-executive.ts'

const TURNS = 200

/** Every CPU takes one mutex many times and adds to a counter under it. */
function counting(options: Partial<SimOptions<{ lock: number; counter: number }>> = {}) {
  return simulate<{ lock: number; counter: number }>({
    profile: 'xeon-e5-2650',
    cpus: 4,
    seed: 1,
    memoryBytes: 1 << 16,
    setup: ({ arena }) => ({ lock: arena.place('lock', 4), counter: arena.place('counter', 4) }),
    boot: (cpu, { lock, counter }) =>
      new TinyExecutive(cpu, function* (td) {
        const { memory } = cpu
        const mutex = new Mutex(memory, lock)
        for (let turn = 0; turn < TURNS; turn++) {
          if (!mutex.tryEnter(td)) yield* mutex.enter(td)
          memory.write(counter, memory.read(counter) + 1)
          if (!mutex.tryExit(td)) yield* mutex.exit(td)
        }
        while (!memory.settled()) yield SETTLE
        cpu.report(memory.read(counter))
      }),
    ...options,
  })
}

describe('a simulated machine', () => {
  it('runs threads of several CPUs under one mutex and loses no update', () => {
    const result = counting()
    expect(result.ending).toBe('quiet')
    expect(Math.max(...result.reports.map(({ value }) => value as number))).toBe(4 * TURNS)
  })

  it('gives the same result for the same seed, to the byte', () => {
    expect(JSON.stringify(counting({ seed: 7 }))).toBe(JSON.stringify(counting({ seed: 7 })))
  })

  it('gives another result for another seed', () => {
    expect(counting({ seed: 7 }).virtualCycles).not.toBe(counting({ seed: 8 }).virtualCycles)
  })
})
