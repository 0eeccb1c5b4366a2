import { type DataRace, type Exploration, explore } from '@smpnet/interleave'
import type { Memory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import type { Section } from '../src/section.ts'
import { WOKEN } from '../src/wait.ts'
import type { Waiter } from '../src/waiter.ts'
import { budget, expectToHold } from './models/budget.ts'
import { drive, type Fault, tinyWorld } from './models/drive.ts'
import { type ModelKind, sectionKinds } from './models/section-kinds.ts'

/** What each thread does, a letter an operation: writes, or reads where the lock has readers. */
type Programs = readonly string[]

const WRITERS: Programs[] = [
  ['www', 'www'],
  ['w', 'w', 'w'],
  ['ww', 'ww', 'ww'],
]
const READERS: Programs[] = [
  ['wrw', 'rwr'],
  ['www', 'rrr'],
  ['w', 'r', 'r'],
  ['wr', 'rw', 'rr'],
]

function within(section: Section, td: Waiter, fault: Fault, work: () => void): void {
  if (!section.tryEnter(td) && drive(td, section.enter(td), fault) !== WOKEN) {
    throw new Error('nobody limits its time')
  }
  work()
  if (!section.tryExit(td)) drive(td, section.exit(td))
}

/** Writes two words that readers must never see differ; the checker itself reports data races. */
function write(memory: Memory, data: number): void {
  memory.write(data, memory.read(data) + 1)
  memory.write(data + 4, memory.read(data + 4) + 1)
}

function run(kind: ModelKind, programs: Programs, fault: Fault = 'none'): Exploration {
  const name = `${kind.name} ${programs.join(' ')} ${fault}`
  return explore({ name, ...budget, ...racesOf(kind) }, ({ thread, after }) => {
    const { memory, tds, at, data } = tinyWorld(programs.length, kind.bytes, fault)
    const lock = kind.make(memory, at)
    programs.forEach((program, i) => {
      const td = tds[i]!
      thread(`${i} ${program}`, () => {
        for (let op = 0; op < program.length; op++) {
          if (program[op] === 'w') within(lock.write, td, fault, () => write(memory, data))
          else within(lock.read!, td, fault, () => same(memory, data))
        }
      })
    })
    const writes = programs.join('').replaceAll('r', '').length
    after(() => expect([memory.read(data), memory.read(data + 4)]).toEqual([writes, writes]))
  })
}

/**
 * A read-mostly lock's reader exits by a plain store, and reads by atomic loads because of that:
 * the checker is to report only what is plain on both sides.
 */
function racesOf(kind: ModelKind) {
  if (!kind.hasPlainExit) return {}
  return { races: ({ first, second }: DataRace) => !first.isAtomic && !second.isAtomic }
}

function same(memory: Memory, data: number): void {
  const [first, second] = [memory.load(data), memory.load(data + 4)]
  if (first !== second) throw new Error(`a reader saw ${first} and ${second}`)
}

describe.each(sectionKinds)('Under every schedule, a $name', (kind) => {
  const hasReaders = kind.make(tinyWorld(1, kind.bytes).memory, 256).read !== undefined
  const programs = hasReaders ? [...WRITERS, ...READERS] : WRITERS

  it.each(programs)('lets in who may be in together: $0 $1 $2', (...given) => {
    expectToHold(run(kind, given))
  })

  it.each(kind.canaries)('is found out with a %s', (fault) => {
    const result = run(kind, fault === 'hasty sleeper' ? ['w', 'w', 'w'] : ['ww', 'ww'], fault)
    expect(result.verdict).toBe('fails')
  })
})
