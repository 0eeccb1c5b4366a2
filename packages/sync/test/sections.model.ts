import { type Exploration, explore, awaitExchange, awaitValue } from '@smpnet/interleave'
import type { Memory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { type Outcome, type Waiter, type Waiting, WOKEN } from '@smpnet/park'
import { budget, expectToHold, thorough, timely, whole } from '@smpnet/testing/models'
import { alikeIn, drive, type Fault, parkedWorld, tinyWorld, untilWoken } from '@smpnet/park/model'
import type { LockBySides } from '../src/kinds/lock-table.ts'
import { canariesOf, type ModelKind, sectionKinds, racesOf } from './models/section-kinds.ts'

const checker = { awaitExchange, awaitValue }

/**
 * What each thread does, a letter for each time inside: w writes, r reads, u reads and tries to
 * upgrade, d writes and downgrades. Each is at least two operations, an enter and an exit.
 */
type Programs = readonly string[]

/** Explored to their end wherever they run. */
const WRITERS: Programs[] = [['w', 'w', 'w']]
const TWICE: Programs = ['ww', 'ww']
const READERS: Programs[] = [
  ['rr', 'rr'],
  ['wr', 'wr'],
  ['ww', 'wr'],
  ['ww', 'rr'],
  ['wr', 'rw'],
  ['w', 'w', 'r'],
]
const CHANGERS: Programs[] = [
  ['u', 'u'],
  ['u', 'd'],
  ['d', 'd'],
]
/** To their end where there is time for it; `npm run test:models` takes it. */
const LONG: Programs[] = [['www', 'www']]
const LONG_READERS: Programs[] = [
  ['rr', 'wr'],
  ['r', 'r', 'r'],
  ['w', 'r', 'r'],
]
const LONG_CHANGERS: Programs[] = [
  ['ur', 'wd'],
  ['d', 'r', 'r'],
  ['u', 'r', 'w'],
]

/** A thread in a world: who it is, how its waits are driven, and its own object of the lock. */
interface Contender {
  readonly memory: Memory
  readonly td: Waiter
  readonly by: LockBySides
  readonly data: number
  readonly drive: <T>(td: Waiter, waiting: Waiting<T>) => T
  /**
   * Whether it tries first, as users do. A try that fails leaves no trace, and one that succeeds
   * does what the generator's first turn does: without it, fewer schedules have the same outcomes.
   */
  readonly tries: boolean
}

/** Writes two words that readers must never see differ; the checker itself reports data races. */
function write({ memory, data }: Contender): void {
  memory.write(data, memory.read(data) + 1)
  memory.write(data + 4, memory.read(data + 4) + 1)
}

function look({ memory, data }: Contender): void {
  const [first, second] = [memory.load(data), memory.load(data + 4)]
  if (first !== second) throw new Error(`a reader saw ${first} and ${second}`)
}

function within(one: Contender, side: 'read' | 'write', work: () => 'read' | 'write'): void {
  const { td } = one
  const section = one.by[side]!
  const entered: Outcome =
    one.tries && section.tryEnter(td) ? WOKEN : one.drive(td, section.enter(td))
  if (entered !== WOKEN) throw new Error('nobody limits its time')
  const left = one.by[work()]!
  if (!one.tries || !left.tryExit(td)) one.drive(td, left.exit(td))
}

const OPERATIONS: Record<string, (one: Contender) => void> = {
  w: (one) => within(one, 'write', () => (write(one), 'write')),
  r: (one) => within(one, 'read', () => (look(one), 'read')),
  u: (one) =>
    within(one, 'read', () => {
      look(one)
      if (!one.by.lock.tryUpgrade!(one.td)) return 'read'
      write(one)
      return 'write'
    }),
  d: (one) =>
    within(one, 'write', () => {
      write(one)
      one.drive(one.td, one.by.lock.downgrade!(one.td))
      look(one)
      return 'read'
    }),
}

function perform(program: string, one: Contender): void {
  for (let at = 0; at < program.length; at++) OPERATIONS[program[at]!]!(one)
}

/** Over parking as it is proved by its own models, which leaves the lock's own schedules. */
function run(
  kind: ModelKind,
  programs: Programs,
  limit: object,
  fault: Fault = 'none',
): Exploration {
  const name = `${kind.name} ${programs.join(' ')} ${fault}`
  return explore({ name, ...limit, ...racesOf(kind) }, ({ thread, after }) => {
    const alike = kind.beginsByStoring ? programs.map(() => -1) : alikeIn(programs)
    const { threads, at, data } = parkedWorld(checker, alike, kind.bytes, fault)
    programs.forEach((program, i) => {
      const { memory, td } = threads[i]!
      const one = {
        memory,
        td,
        by: kind.make(memory, at),
        data,
        drive: untilWoken,
        tries: false,
      }
      thread(`${i} ${program}`, () => perform(program, one))
    })
    const { memory } = threads[0]!
    const letters = programs.join('')
    const [most, least] = [/[wud]/g, /[wd]/g].map((writing) => letters.match(writing)?.length ?? 0)
    after(() => {
      expect(memory.read(data)).toBe(memory.read(data + 4))
      expect(memory.read(data)).toBeGreaterThanOrEqual(least!)
      expect(memory.read(data)).toBeLessThanOrEqual(most!)
    })
  })
}

/** Over parking as it is, down to the sleep: all of a lock, for two threads. */
function runWhole(kind: ModelKind, programs: Programs, fault: Fault = 'none'): Exploration {
  const name = `${kind.name} ${programs.join(' ')} ${fault}, asleep`
  return explore({ name, ...whole, ...racesOf(kind) }, ({ thread }) => {
    const { memory, tds, at, data } = tinyWorld(programs.length, kind.bytes, fault)
    const by = kind.make(memory, at)
    programs.forEach((program, i) => {
      const one = {
        memory,
        td: tds[i]!,
        by,
        data,
        tries: true,
        drive: <T>(td: Waiter, waiting: Waiting<T>) => drive(td, waiting, fault),
      }
      thread(`${i} ${program}`, () => perform(program, one))
    })
  })
}

/** The whole of three sleepers is long, and as long for each lock that parks. */
const isTimely = (fault: Fault): boolean => thorough(true, fault !== 'hasty sleeper')

describe.each(sectionKinds)('Under every schedule, the lock $name', (kind) => {
  const { read, lock } = kind.make(tinyWorld(1, kind.bytes).memory, 256)
  const hasReaders = read !== undefined
  const changes = lock.downgrade !== undefined
  const writers = kind.isLong ? WRITERS : [TWICE, ...WRITERS]
  const alone = [...writers, ...(hasReaders ? READERS : [])]
  const short = [...(kind.isNewWord ? alone : []), ...(changes ? CHANGERS : [])]
  const twice = kind.isLong ? [TWICE] : []
  const long = [
    ...twice,
    ...LONG,
    ...(hasReaders ? LONG_READERS : []),
    ...(changes ? LONG_CHANGERS : []),
  ]

  it.each(short)('lets in who may be in together, to the end: $0 $1 $2', (...given) => {
    expectToHold(run(kind, given, timely))
  })

  it.each(long)('lets in who may be in together: $0 $1 $2', (...given) => {
    expectToHold(run(kind, given, budget))
  })

  it('does so over the parking lot as it is, to the end', () => {
    expectToHold(runWhole(kind, ['w', 'w']))
    if (hasReaders) expectToHold(runWhole(kind, ['w', 'r']))
  })

  it.each(canariesOf(kind).filter(isTimely))('is found out with a %s', (fault) => {
    const isOfSleep = fault === 'hasty sleeper'
    const result = isOfSleep
      ? runWhole(kind, ['w', 'w', 'w'], fault)
      : run(kind, TWICE, whole, fault)
    expect(result.verdict).toBe('fails')
  })

  it.each(kind.sleeps ? [] : (['deaf sleeper'] as const))('has nobody to wake: %s', (fault) => {
    expectToHold(run(kind, kind.isLong ? ['w', 'ww'] : TWICE, timely, fault))
  })
})
