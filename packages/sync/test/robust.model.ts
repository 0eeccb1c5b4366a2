import { awaitExchange, awaitValue, type DataRace, explore } from '@smpnet/interleave'
import { type Address, NIL } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { Lot, OWNER_DIED, type Parking } from '@smpnet/park'
import { budget, expectToHold, whole } from '@smpnet/testing/models'
import { alikeIn, parkedWorld, tinyWorld, untilWoken } from '@smpnet/park/model'
import { lockTable } from '../src/kinds/lock-table.ts'
import { type ModelKind, racesOf, ROBUST_CPUS, sectionKinds } from './models/section-kinds.ts'

const checker = { awaitExchange, awaitValue }

/** Of a lock with lines for all threads, and of a line in front of it. */
const BYTES = Math.max(...lockTable.map(({ bytes }) => bytes(ROBUST_CPUS))) + 64

/**
 * One holds a lock and has died; another buries it meanwhile. Of those who survive it, a letter
 * each, a writer mends what it finds half changed, and a reader leaves that to others.
 */
function surviving({ name, make, races }: RobustKind, survivors: string, isBuried = true) {
  const bound = survivors.length > 1 ? budget : whole
  const options = { name: `robust ${name}, ${survivors}`, ...bound, ...(races && { races }) }
  return explore(options, ({ thread, after }) => {
    const alike = alikeIn([...survivors, 'dead', 'undertaker'])
    const { threads, at: room, data } = parkedWorld(checker, alike, BYTES, 'none', 4, Lot)
    const at = apart(threads[0]!.td.lot, room)
    const [dead, undertaker] = threads.slice(survivors.length).map(({ td }) => td)
    untilWoken(dead!, make(dead!.lot.memory, at).write.enter(dead!))
    ;[...survivors].forEach((side, i) => {
      const { memory, td } = threads[i]!
      const { lock, write, read = write } = make(memory, at)
      const section = side === 'w' ? write : read
      thread(`${side} ${i}`, () => {
        const isHalf = untilWoken(td, section.enter(td)) === OWNER_DIED
        if (isHalf === (memory.load(data) === 1)) throw new Error('told what is not so')
        if (side === 'w') {
          memory.write(data, 1)
          if (isHalf) lock.recover!(td)
        }
        untilWoken(td, section.exit(td))
      })
    })
    thread('undertaker', () => {
      const number = isBuried ? dead!.lot.cpu : 99
      untilWoken(undertaker!, (undertaker!.lot as Lot).bury(number))
    })
    after(() => expect(threads[0]!.memory.read(data)).toBe(survivors.includes('w') ? 1 : 0))
  })
}

/** A place whose queue is not the one in which the undertaker looks for who has never waited. */
function apart(lot: Parking, room: Address): Address {
  for (let at = room; ; at += 4) if (lot.queueOf(at) !== lot.queueOf(NIL)) return at
}

interface RobustKind {
  readonly name: string
  readonly make: ModelKind['make']
  readonly races?: (race: DataRace) => boolean
}

const robust: RobustKind[] = sectionKinds.flatMap((kind) =>
  kind.makeRobust === undefined ? [] : [{ ...kind, make: kind.makeRobust, ...racesOf(kind) }],
)

describe.each(robust)('The lock $name whose holder has died', (kind) => {
  const hasReaders = kind.make(tinyWorld(1, BYTES).memory, 256).read !== undefined

  it.each(hasReaders ? ['w', 'r', 'ww', 'wr'] : ['w', 'ww'])(
    'is inherited by those who come, who are told until one has mended it: %s',
    (survivors) => {
      expectToHold(surviving(kind, survivors))
    },
  )

  it('is found out when nobody buries the dead', () => {
    expect(surviving(kind, 'w', false).verdict).toBe('fails')
  })
})
