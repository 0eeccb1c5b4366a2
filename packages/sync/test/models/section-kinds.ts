import type { Address, Memory } from '@smpnet/memory'
import { Mutex } from '../../src/mutex.ts'
import { RmLock } from '../../src/rm-lock.ts'
import { RwLock } from '../../src/rw-lock.ts'
import type { Section } from '../../src/section.ts'
import { SpinMutex } from '../../src/spin-mutex.ts'
import { Sx } from '../../src/sx.ts'
import type { Waiting } from '../../src/wait.ts'
import type { Waiter } from '../../src/waiter.ts'
import type { Fault } from './drive.ts'

/** The two sides of a lock, and the ways between them; one that excludes everybody has one. */
export interface Sides {
  readonly write: Section
  readonly read?: Section
  tryUpgrade?(td: Waiter): boolean
  downgrade?(td: Waiter): Waiting
}

export interface ModelKind {
  readonly name: string
  readonly bytes: number
  readonly make: (memory: Memory, at: Address) => Sides
  /** Whether the word is its own, and not that of a kind above, of which all holds here, too. */
  readonly isNewWord: boolean
  /** Whether its readers exit by a plain store. */
  readonly hasPlainExit?: boolean
  /** Planted faults that must show in this kind's models. */
  readonly canaries: readonly Fault[]
}

const sleeping: readonly Fault[] = ['torn compare-exchange', 'deaf sleeper', 'hasty sleeper']

/** A line for each lock that is entered and exited. */
export const sectionKinds: readonly ModelKind[] = [
  {
    name: 'mutex',
    bytes: 12,
    isNewWord: true,
    make: (m, at) => ({ write: new Mutex(m, at) }),
    canaries: sleeping,
  },
  {
    name: 'spin mutex',
    bytes: 8,
    isNewWord: true,
    make: (m, at) => ({ write: new SpinMutex(m, at) }),
    canaries: ['torn compare-exchange'],
  },
  {
    name: 'rwlock',
    bytes: 8,
    isNewWord: true,
    make: (m, at) => new RwLock(m, at),
    canaries: sleeping,
  },
  { name: 'sx', bytes: 8, isNewWord: false, make: sx, canaries: sleeping },
  {
    name: 'rmlock',
    bytes: RmLock.bytes(3),
    isNewWord: true,
    make: rmlock,
    hasPlainExit: true,
    canaries: ['torn compare-exchange'],
  },
]

function sx(memory: Memory, at: Address): Sides {
  const one = new Sx(memory, at)
  return {
    read: one.shared,
    write: one.exclusive,
    tryUpgrade: (td) => one.tryUpgrade(td),
    downgrade: (td) => one.downgrade(td),
  }
}

/** Its mutex has models of its own, so that any lock of one word may stand in its place here. */
function rmlock(memory: Memory, at: Address): Sides {
  const one = new RmLock(memory, at, 3)
  return Object.assign(one, { mutex: new SpinMutex(memory, at) })
}
