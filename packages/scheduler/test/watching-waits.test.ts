import type { Cpu } from '@smpnet/machine'
import { profileOf, simulate, type SimResult, withFigures } from '@smpnet/machine/sim'
import { type Address, type Memory, work } from '@smpnet/memory'
import { SETTLE, type Waiting } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { Scheduler, type Thread } from '../src/index.ts'

const NANOSECOND = work('nanosecond')
const WATCH_NS = 20_000

interface Seen {
  readonly hasChanged: boolean
  readonly atNs: number
}

interface Shape {
  /** When the other CPU changes the word. */
  readonly changesAtNs: number
  /** Whether another thread of the watcher's CPU becomes runnable before that. */
  readonly rival?: boolean
  readonly settlesAlways?: boolean
}

function* lasting(memory: Memory, ns: number): Waiting {
  memory.charge(NANOSECOND, ns)
  while (!memory.settled()) yield SETTLE
}

/** A thread of CPU 0 watches a word that one of CPU 1 changes; what it saw, and what came out. */
function watched({ changesAtNs, rival = false, settlesAlways = false }: Shape): [Seen, SimResult] {
  let seen: Seen | undefined
  const profile = withFigures(profileOf('xeon-e5-2650'), { 'waking.watchNs': WATCH_NS })
  const result = simulate<Address>({
    profile,
    cpus: 2,
    seed: 1,
    memoryBytes: 1 << 20,
    untilNs: 1e6,
    settlesAlways,
    workNs: { nanosecond: 1 },
    setup: ({ arena }) => arena.place('word', 64),
    boot(cpu: Cpu, word) {
      const { memory } = cpu
      const scheduler = new Scheduler(cpu)
      if (cpu.id === 1) {
        scheduler.spawn(function* () {
          yield* lasting(memory, changesAtNs)
          memory.store(word, 1)
        })
        return scheduler
      }
      scheduler.spawn(function* (td) {
        const hasChanged = yield* (td as Thread).watch(word, 0)
        seen = { hasChanged, atNs: cpu.now() }
      })
      if (rival) {
        const runs = function* (): Waiting {
          yield* lasting(memory, 1_000)
          cpu.report(cpu.now())
        }
        cpu.alarm(5_000, () => void scheduler.spawn(runs))
      }
      return scheduler
    },
  })
  return [seen!, result]
}

describe('a thread that watches before it sleeps', () => {
  it('sees a change within a transfer of the line, without a sleep or a wake', () => {
    const [seen, { statistics }] = watched({ changesAtNs: 10_000 })
    expect(seen.hasChanged).toBe(true)
    expect(seen.atNs).toBeGreaterThan(10_000)
    expect(seen.atNs).toBeLessThan(13_000)
    expect(statistics.ipisHandled).toBe(0)
  })

  it('gives up when its time is over', () => {
    const [seen] = watched({ changesAtNs: 100_000 })
    expect(seen.hasChanged).toBe(false)
    expect(seen.atNs).toBeGreaterThanOrEqual(WATCH_NS)
    expect(seen.atNs).toBeLessThan(WATCH_NS + 5_000)
  })

  it('lets a thread of its CPU run that becomes runnable meanwhile', () => {
    const [seen, { reports }] = watched({ changesAtNs: 15_000, rival: true })
    expect(seen.hasChanged).toBe(true)
    // A start of 1 µs at most, the alarm, the start of the thread, its switch and its work.
    expect(reports.map(({ value }) => Number(value) < 12_000)).toEqual([true])
  })

  it.each([10_000, 19_999, 20_001, 100_000])(
    'sees the same, changed after %d ns, where no CPU dozes',
    (changesAtNs) => {
      const [seen, result] = watched({ changesAtNs })
      const [plainly, other] = watched({ changesAtNs, settlesAlways: true })
      expect(seen).toEqual(plainly)
      expect(result.cpus).toEqual(other.cpus)
      expect(result.virtualCycles).toBe(other.virtualCycles)
    },
  )
})
