import { explore } from '@smpnet/interleave'
import { describe, expect, it } from 'vitest'
import type { Lot } from '../src/lot.ts'
import type { Section } from '../src/section.ts'
import { type Outcome, OWNER_DIED, WOKEN } from '../src/wait.ts'
import type { Waiter } from '../src/waiter.ts'
import { budget, expectToHold, whole } from './models/budget.ts'
import { drive, tinyWorld } from './models/drive.ts'
import { type ModelKind, sectionKinds } from './models/section-kinds.ts'

function enter(section: Section, td: Waiter): Outcome {
  return section.tryEnter(td) ? WOKEN : drive(td, section.enter(td))
}

/**
 * One holds a lock and has died; another buries it meanwhile. Of those who survive it, a letter
 * each, a writer mends what it finds half changed, and a reader leaves that to others.
 */
function surviving({ name, bytes, make }: ModelKind, survivors: string, isBuried = true) {
  const limit = survivors.length > 1 ? budget : whole
  return explore({ name: `robust ${name}, ${survivors}`, ...limit }, ({ thread, after }) => {
    const { memory, tds, at, data } = tinyWorld(survivors.length + 2, bytes, 'none', 4)
    const { lock, write, read = write } = make(memory, at)
    const [dead, undertaker] = tds.slice(survivors.length) as [Waiter, Waiter]
    write.tryEnter(dead)
    ;[...survivors].forEach((side, i) => {
      const td = tds[i]!
      const section = side === 'w' ? write : read
      thread(`${side} ${i}`, () => {
        const isHalf = enter(section, td) === OWNER_DIED
        if (isHalf === (memory.read(data) === 1)) throw new Error('told what is not so')
        if (side === 'w') {
          memory.write(data, 1)
          if (isHalf) lock.recover!(td)
        }
        if (!section.tryExit(td)) drive(td, section.exit(td))
      })
    })
    thread('undertaker', () => {
      const number = isBuried ? dead.lot.cpu : 99
      drive(undertaker, (undertaker.lot as Lot).bury(number))
    })
    after(() => expect(memory.read(data)).toBe(survivors.includes('w') ? 1 : 0))
  })
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
