import { awaitValue, type DataRace, explore } from '@smpnet/interleave'
import type { Address, LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { Epoch } from '../src/reading/epoch.ts'
import { LockAbandoned } from '../src/errors.ts'
import { type Lot, type Waiter, WOKEN } from '@smpnet/park'
import { budget, expectToHold, someOf } from '@smpnet/testing/models'
import { drive, live, mortal, tinyWorld } from '@smpnet/park/model'
import { RmLock } from '../src/reading/rm-lock.ts'
import type { Section } from '../src/offered/section.ts'
import { Smr } from '../src/reading/smr.ts'

/** Readers exit by a plain store and read by atomic loads: only what is plain twice is reported. */
const races = ({ first, second }: DataRace) => !first.isAtomic && !second.isAtomic
const LIVING = 7

/** When the undertaker does its work: when it should, before the reader has ended, or never. */
/** After how many accesses death is tried: from the first number to the last. */
function lengths(from: number, to: number): readonly number[] {
  return someOf(
    Array.from({ length: to - from + 1 }, (_, i) => from + i),
    3,
  )
}

type Burial = 'in time' | 'too early' | 'never'

/** A way to read that dies anywhere, a writer that waits for it, and who buries it. */
interface Mortal {
  readonly name: string
  readonly bytes: number
  /** The accesses that entering makes, and a whole life. */
  readonly inside: number
  readonly life: number
  readonly make: (memory: LiveMemory, at: Address, cpus: number) => Epoch | Smr
  readonly wait: (one: Epoch | Smr, td: Waiter) => void
}

const mortals: readonly Mortal[] = [
  {
    name: 'an epoch',
    bytes: Epoch.bytes(3),
    inside: 4,
    life: 8,
    make: (memory, at, cpus) => new Epoch(memory, at, cpus),
    wait: (one, td) => drive(td, (one as Epoch).wait(td)),
  },
  {
    name: 'an smr',
    bytes: Smr.bytes(3),
    inside: 3,
    life: 5,
    make: (memory, at, cpus) => new Smr(memory, at, cpus),
    wait: (one, td) => drive(td, (one as Smr).wait(td, (one as Smr).advance())),
  },
]

/** The reader follows a pointer; the writer makes it point elsewhere, waits, and spoils it. */
function reclaiming(kind: Mortal, steps: number, burial: Burial = 'in time') {
  const { name, bytes } = kind
  return explore({ name: `${name}, ${steps} steps`, ...budget, races }, ({ thread }) => {
    const { memory, tds, at, data } = tinyWorld(3, bytes)
    const [reader, writer] = tds as [Waiter, Waiter]
    const dying = mortal(reader, at, bytes, steps)
    const theirs = kind.make(dying.memory, at, 3)
    const one = kind.make(memory, at, 3)
    for (const word of [data + 4, data + 8]) memory.store(word, LIVING)
    memory.store(data, data + 4)
    const ended = data + 12
    thread('reader', () => {
      live(() => {
        theirs.enter(dying.td)
        const found = memory.load(memory.load(data))
        if (found !== LIVING) throw new Error('found what was freed')
        theirs.exit(dying.td)
      })
      memory.store(ended, 1)
    })
    thread('undertaker', () => {
      if (burial === 'in time') awaitValue(memory.words, ended >> 2, 1)
      if (burial !== 'never') one.bury(0)
    })
    thread('writer', () => {
      memory.store(data, data + 8)
      kind.wait(one, writer)
      memory.store(data + 4, 0)
    })
  })
}

describe.each(mortals)('A reader of $name that ends anywhere', (kind) => {
  it('is waited for until it is buried, and no longer', () => {
    for (const steps of lengths(0, kind.life)) expectToHold(reclaiming(kind, steps))
  })

  it('is found out when it is buried too early, or never', () => {
    expect(reclaiming(kind, kind.life, 'too early').verdict).toBe('fails')
    expect(reclaiming(kind, kind.inside, 'never').verdict).toBe('fails')
  })
})

const RM_BYTES = RmLock.bytes(4)

function enter(section: Section, td: Waiter): boolean {
  try {
    return section.tryEnter(td) || drive(td, section.enter(td)) === WOKEN
  } catch (error) {
    if (error instanceof LockAbandoned) return false
    throw error
  }
}

/** Once inside, a writer writes two words, and a reader, `R` from the start, finds them alike. */
function visit(
  memory: LiveMemory,
  side: string,
  lock: RmLock,
  td: Waiter,
  data: Address,
): boolean {
  const section = side === 'w' ? lock.write : lock.read
  if (side !== 'R' && !enter(section, td)) return false
  if (side === 'w') {
    memory.store(data, memory.load(data) + 1)
    memory.store(data + 4, memory.load(data + 4) + 1)
  }
  if (memory.load(data) !== memory.load(data + 4)) throw new Error('half changed')
  if (!section.tryExit(td)) drive(td, section.exit(td))
  return true
}

/** Who dies and who lives, a letter each, and whether readers begin with tokens. */
interface Cast {
  readonly dies: 'r' | 'w'
  readonly lives: string
  readonly tokens?: boolean
  /** After how many accesses to the words of the lock and the data death is tried. */
  readonly from?: number
  readonly to: number
}

/** Whoever lives is refused only by a writer that has ended inside. */
function ending({ dies, lives, tokens }: Cast, steps: number, burial: Burial = 'in time') {
  const name = `rmlock, ${dies} ends after ${steps}, ${lives} go on`
  return explore({ name, ...budget, races }, ({ thread, after }) => {
    const { memory, tds, at, data } = tinyWorld(lives.length + 2, RM_BYTES, 'none', 4)
    const [dead, undertaker, ...living] = tds as [Waiter, Waiter, ...Waiter[]]
    const [ended, refused] = [data + 8, data + 12]
    const one = new RmLock(memory, at, tds.length)
    if (tokens === true) one.giveTokens()
    thread(`dying ${dies}`, () => {
      const dying = mortal(dead, at, data + 8 - at, steps)
      const theirs = new RmLock(dying.memory, at, tds.length)
      live(() => visit(dying.memory, dies, theirs, dying.td, data))
      memory.store(ended, 1)
    })
    thread('undertaker', () => {
      if (burial === 'in time') awaitValue(memory.words, ended >> 2, 1)
      if (burial === 'never') return
      drive(undertaker, (undertaker.lot as Lot).bury(dead.lot.cpu))
      one.bury(dead.lot.cpu)
    })
    ;[...lives].forEach((side, i) => {
      if (side === 'R') one.read.tryEnter(living[i]!)
      thread(`${side} ${i}`, () => {
        if (!visit(memory, side, one, living[i]!, data)) memory.store(refused, 1)
      })
    })
    after(() => {
      const isRightly = memory.load(refused) === 0 || (dies === 'w' && one.isWritten())
      expect(isRightly).toBe(true)
    })
  })
}

/** To the end of a life each, or those few accesses at which a writer waits for readers. */
const casts: readonly Cast[] = [
  { dies: 'r', lives: 'w', to: 16 },
  { dies: 'r', lives: 'w', tokens: true, to: 6 },
  { dies: 'r', lives: 'r', to: 16 },
  { dies: 'w', lives: 'w', to: 16 },
  { dies: 'w', lives: 'r', to: 16 },
  { dies: 'w', lives: 'Rw', tokens: true, from: 1, to: 5 },
]

describe('An rmlock of which somebody ends anywhere', () => {
  it.each(casts)('is for others when that one is buried: $dies ends, $lives go on', (cast) => {
    for (const steps of lengths(cast.from ?? 0, cast.to)) expectToHold(ending(cast, steps))
  })

  it('is found out when who reads is buried too early, or never', () => {
    const fast = casts[1]!
    expect(ending(fast, fast.to, 'too early').verdict).toBe('fails')
    expect(ending(fast, 3, 'never').verdict).toBe('fails')
  })
})
