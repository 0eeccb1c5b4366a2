import { awaitExchange, awaitValue, type DataRace, explore } from '@smpnet/interleave'
import type { LiveMemory } from '@smpnet/memory'
import { Lot, type Waiting } from '@smpnet/park'
import { buryBy, type Parked, parkedWorld, untilWoken } from '@smpnet/park/model'
import { budget, expectToHold } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { Semaphore } from '../src/locks/semaphore.ts'
import { Ledger } from '../src/words/ledger.ts'
import { RwWord } from '../src/words/rw-word.ts'
import { recountPermits, SEMAPHORE } from '../src/words/semaphore-word.ts'

const checker = { awaitExchange, awaitValue }
const LEDGER_AT = 64
/** An undertaker looks at what the living write: only what is plain twice is reported. */
const races = ({ first, second }: DataRace) => !first.isAtomic && !second.isAtomic
const PERMITS = 2

/** A ledger whose undertaker waits in one step for a waiter that is changing what it holds. */
class Awaited extends Ledger {
  override *untilStill(entry: number): Waiting {
    awaitValue((this.memory as LiveMemory).words, this.changesOf(entry) >> 2, 0)
  }
}

/** A ledger in which nobody says that it is about to change something: a planted fault. */
class Silent extends Awaited {
  override begins(): void {}
}

type Fault = 'none' | 'silent' | 'not recounted'
type Life = (parked: Parked, at: number, ledger: Ledger) => Waiting<unknown>

interface Model {
  readonly name: string
  readonly lives: readonly Life[]
  readonly kind: 'rwlock' | 'semaphore'
}

/** Explores a model of which the first thread may die after any of its steps, and is buried. */
function dying({ name, lives, kind }: Model, fault: Fault = 'none') {
  return explore({ name: `${name}, ${fault}`, ...budget, races, deaths: 1 }, (world) => {
    const unlike = Array.from({ length: lives.length + 1 }, () => -1)
    const { threads, at } = parkedWorld(checker, unlike, 128, 'none', 2, Lot)
    const Kind = fault === 'silent' ? Silent : Awaited
    const ledgerOf = ({ memory, td }: Parked): Ledger =>
      new Kind(memory, at + LEDGER_AT, (td.lot as Lot).handle)
    const undertaker = threads[lives.length]!
    if (kind === 'semaphore') undertaker.memory.store(at, PERMITS * 2)
    for (const [i, life] of lives.entries()) {
      const parked = threads[i]!
      const body = (): unknown => untilWoken(parked.td, life(parked, at, ledgerOf(parked)))
      world.thread(`thread ${i}`, () => void body(), { mortal: i === 0 })
    }
    const { td } = undertaker
    const lot = td.lot as Lot
    const recounts = (): Waiting =>
      kind === 'rwlock'
        ? new RwWord(lot.memory, at, () => 'rw').recount(td, lot, ledgerOf(undertaker))
        : recountPermits(td, lot, at, ledgerOf(undertaker), PERMITS)
    buryBy(world, td, {
      by: untilWoken,
      more: () => void (fault !== 'not recounted' && untilWoken(td, recounts())),
    })
    world.after(() => {})
  })
}

const rw = ({ memory }: Parked, at: number, ledger: Ledger): RwWord =>
  new RwWord(memory, at, () => 'rw', undefined, ledger)

const reads: Life = function* (parked, at, ledger) {
  const one = rw(parked, at, ledger)
  yield* one.read(parked.td)
  if (one.readers() < 1) throw new Error('it reads and is not counted')
  yield* one.unread(parked.td)
}

const writes: Life = function* (parked, at, ledger) {
  const one = rw(parked, at, ledger)
  yield* one.write(parked.td)
  if (one.readers() > 0) throw new Error('it writes beside a reader')
  yield* one.unwrite(parked.td)
}

const takes = (count: number): Life =>
  function* (parked, at, ledger) {
    const one = new Semaphore(parked.memory, at, PERMITS, undefined, ledger)
    yield* one.acquire(parked.td, count)
    if (one.available() > PERMITS - count) throw new Error('it has what is there')
    yield* one.release(parked.td, count)
  }

const models: Model[] = [
  { name: 'a reader that dies, beside a writer', kind: 'rwlock', lives: [reads, writes] },
  { name: 'a reader that dies, beside a reader', kind: 'rwlock', lives: [reads, reads] },
  { name: 'a writer that dies, beside a reader', kind: 'rwlock', lives: [writes, reads] },
  { name: 'permits of the dead, all wanted', kind: 'semaphore', lives: [takes(1), takes(2)] },
  { name: 'permits of the dead, one wanted', kind: 'semaphore', lives: [takes(2), takes(1)] },
]

describe('After a death at any step, what the dead had of a lock is there again', () => {
  it.each(models)('$name', (model) => {
    expectToHold(dying(model))
  })

  it('and permits are placed behind their word', () => {
    expect(SEMAPHORE.size).toBeLessThanOrEqual(LEDGER_AT)
  })

  it.each([models[0]!, models[3]!])('is found out if it is not: $name', (model) => {
    expect(dying(model, 'not recounted').verdict).toBe('fails')
  })

  it.each([models[1]!, models[4]!])(
    'is found out if nobody says that it changes: $name',
    (model) => {
      expect(dying(model, 'silent').verdict).toBe('fails')
    },
  )
})
