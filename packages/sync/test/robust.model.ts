import { explore, awaitExchange, awaitValue } from '@smpnet/interleave'
import { type Address, NIL } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { Lot, OWNER_DIED, type Parking } from '@smpnet/park'
import { budget, expectToHold, whole } from '@smpnet/testing/models'
import { alikeIn, parkedWorld, tinyWorld, untilWoken } from '@smpnet/park/model'
import { type ModelKind, sectionKinds } from './models/section-kinds.ts'

const checker = { awaitExchange, awaitValue }

/**
 * One holds a lock and has died; another buries it meanwhile. Of those who survive it, a letter
 * each, a writer mends what it finds half changed, and a reader leaves that to others.
 */
function surviving({ name, bytes, make }: ModelKind, survivors: string, isBuried = true) {
  const limit = survivors.length > 1 ? budget : whole
  return explore({ name: `robust ${name}, ${survivors}`, ...limit }, ({ thread, after }) => {
    const alike = alikeIn([...survivors, 'dead', 'undertaker'])
    const { threads, at: room, data } = parkedWorld(checker, alike, bytes + 64, 'none', 4, Lot)
    const at = apart(threads[0]!.td.lot, room)
    const [dead, undertaker] = threads.slice(survivors.length).map(({ td }) => td)
    make(dead!.lot.memory, at).write.tryEnter(dead!)
    ;[...survivors].forEach((side, i) => {
      const { memory, td } = threads[i]!
      const { lock, write, read = write } = make(memory, at)
      const section = side === 'w' ? write : read
      thread(`${side} ${i}`, () => {
        const isHalf = untilWoken(td, section.enter(td)) === OWNER_DIED
        if (isHalf === (memory.read(data) === 1)) throw new Error('told what is not so')
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

/** One whose word is another's is found out with that. */
const robust = sectionKinds.filter(({ isRobust, isNewWord }) => isRobust && isNewWord)

describe.each(robust)('The lock $name whose holder has died', (kind) => {
  const hasReaders = kind.make(tinyWorld(1, kind.bytes).memory, 256).read !== undefined

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
