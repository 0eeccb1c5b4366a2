import type { Address, Memory } from '@smpnet/memory'
import { Mutex } from '../../src/mutex.ts'
import { RmLock } from '../../src/rm-lock.ts'
import { RwLock } from '../../src/rw-lock.ts'
import type { Section } from '../../src/section.ts'
import { SpinMutex } from '../../src/spin-mutex.ts'
import { Sx } from '../../src/sx.ts'
import type { Fault } from './drive.ts'

/** The two sides of a lock; one that excludes everybody has only one. */
export interface Sides {
  readonly write: Section
  readonly read?: Section
}

export interface ModelKind {
  readonly name: string
  readonly bytes: number
  readonly make: (memory: Memory, at: Address) => Sides
  /** Whether its readers exit by a plain store. */
  readonly hasPlainExit?: boolean
  /** Planted faults that must show in this kind's models. */
  readonly canaries: readonly Fault[]
}

const sleeping: readonly Fault[] = ['torn compare-exchange', 'deaf sleeper', 'hasty sleeper']

/** A line for each lock that is entered and exited. */
export const sectionKinds: readonly ModelKind[] = [
  { name: 'mutex', bytes: 12, make: (m, at) => ({ write: new Mutex(m, at) }), canaries: sleeping },
  {
    name: 'spin mutex',
    bytes: 4,
    make: (m, at) => ({ write: new SpinMutex(m, at) }),
    canaries: ['torn compare-exchange'],
  },
  { name: 'rwlock', bytes: 4, make: (m, at) => new RwLock(m, at), canaries: sleeping },
  {
    name: 'sx',
    bytes: 4,
    make: (m, at) => {
      const sx = new Sx(m, at)
      return { read: sx.shared, write: sx.exclusive }
    },
    canaries: sleeping,
  },
  {
    name: 'rmlock',
    bytes: RmLock.bytes(3),
    make: (m, at) => new RmLock(m, at, 3),
    hasPlainExit: true,
    canaries: ['torn compare-exchange'],
  },
]
