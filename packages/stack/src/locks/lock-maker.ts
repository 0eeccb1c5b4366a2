import { type Countable, CountedSection } from '@smpnet/scheduler'
import {
  type Backoff,
  type LockProfile,
  NO_BACKOFF,
  type Section,
  watch,
  type Witness,
} from '@smpnet/sync'

/** How reports name a lock, and where it is taken. */
export interface LockName {
  /** Locks of one name are ordered alike, and profiled together. */
  readonly name: string
  /** The kind of lock: `sleep mutex`. */
  readonly type: string
  /** Where it is taken: `list-walker.ts:read`. */
  readonly place: string
}

/**
 * The one place where the locks of a kernel's threads get what the configuration asks for: they are
 * counted for a wakeup policy that looks at what a waker holds, watched by a witness, and profiled.
 * A lock that nothing is asked of is returned as it came, and is as fast as ever.
 */
export class LockMaker {
  constructor(
    /** Whether the wakeup policy looks at what a waker holds. */
    readonly isCounted: boolean,
    readonly witness: Witness | undefined,
    /** By the clock of the CPU that it was made for; locks of all CPUs have that of the first. */
    readonly profile: LockProfile | undefined,
    /** How those that spin wait, for makers of locks that have a choice. */
    readonly backoff: Backoff = NO_BACKOFF,
  ) {}

  make(section: Section, of: LockName): Countable {
    const watched = this.#watched(section, of)
    return this.isCounted ? new CountedSection(watched) : watched
  }

  #watched(section: Section, of: LockName): Section {
    const { witness, profile } = this
    if (witness === undefined && profile === undefined) return section
    return watch(section, { ...of, ...(witness && { witness }), ...(profile && { profile }) })
  }
}
