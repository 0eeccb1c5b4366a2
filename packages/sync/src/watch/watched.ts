import { type Address, came, expectMethods } from '@smpnet/memory'
import { callerPlace } from './caller-place.ts'
import type { LockProfile, ProfileRow } from './lock-profile.ts'
import { exitNow } from '../offered/exit-now.ts'
import { Section } from '../offered/section.ts'
import {
  expectWaiter,
  type Outcome,
  OWNER_DIED,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import type { Taken, Witness } from './witness.ts'

export interface WatchOptions {
  /** Names its type: locks of one name are ordered alike, and profiled together. */
  readonly name: string
  /** The kind of lock, for reports; 'lock' unless told. */
  readonly type?: string
  /**
   * Where it is taken, for reports. Unless told, the place of the call, which takes a stack trace
   * each time, and says nothing where all calls come from one file that hands locks out.
   */
  readonly place?: string
  readonly witness?: Witness
  readonly profile?: LockProfile
}

/**
 * The same section, watched: its order by a witness, its times by a profile. Use what this returns
 * in the place of the section; a section that is not watched knows nothing of all this, and is as
 * fast as ever.
 */
export function watch(
  section: Section & { readonly at?: Address },
  options: WatchOptions,
): Section {
  expectMethods('what is watched', section, ['tryEnter', 'enter', 'tryExit', 'exit', 'name'])
  expectWatch(options)
  return new Watched(section, options)
}

/** Throws a TypeError for options by which nothing could be watched. */
function expectWatch(options: WatchOptions): void {
  if (typeof options?.name === 'string') return
  const what = came(options === null || typeof options !== 'object' ? options : options.name)
  throw new TypeError(`what is watched has a name, a text, in its options: ${what} came`)
}

/** A waiter's time inside: since when, and where it is counted. */
interface Stay {
  readonly row: ProfileRow
  readonly sinceUs: number
}

class Watched extends Section {
  readonly #stays = new Map<Waiter, Stay>()
  readonly #at: Address

  constructor(
    readonly section: Section & { readonly at?: Address },
    readonly options: WatchOptions,
  ) {
    super(section.home)
    this.#at = section.at ?? 0
  }

  name(): string {
    return `${this.options.name}, ${this.section.name()}`
  }

  tryEnter(td: Waiter): boolean {
    const taken = this.#look(td)
    if (!this.section.tryEnter(td)) return false
    this.#noteEntered(td, taken, 0, false)
    return true
  }

  enter(td: Waiter, until?: Until): Waiting<Outcome> {
    expectWaiter(td, 'lock.enter', 'lockSync, or awaits lock')
    return this.#enter(td, until)
  }

  *#enter(td: Waiter, until: Until | undefined): Waiting<Outcome> {
    const taken = this.#look(td)
    const beganUs = this.options.profile?.nowUs() ?? 0
    const outcome = yield* this.section.enter(td, until)
    if (outcome === WOKEN || outcome === OWNER_DIED) this.#noteEntered(td, taken, beganUs, true)
    return outcome
  }

  /** What the section's lock protects is whole again, if it can be told. */
  recover(td: Waiter): void {
    const section: Section & { recover?(td: Waiter): void } = this.section
    section.recover?.(td)
  }

  tryExit(td: Waiter): boolean {
    const nowUs = this.options.profile?.nowUs() ?? 0
    if (!this.section.tryExit(td)) return false
    this.#exited(td, nowUs, false)
    return true
  }

  override holder(): Address {
    return this.section.holder()
  }

  exit(td: Waiter): Waiting {
    expectWaiter(td, 'lock.exit', 'unlock')
    return this.#exit(td)
  }

  *#exit(td: Waiter): Waiting {
    const nowUs = this.options.profile?.nowUs() ?? 0
    yield* this.section.exit(td)
    this.#exited(td, nowUs, true)
  }

  #look(td: Waiter): Taken {
    const { name, type = 'lock', place = callerPlace(), witness } = this.options
    const { isSleepable } = this.section
    const taken = { at: this.#at, name, type, isSleepable, place }
    witness?.check(td, taken)
    return taken
  }

  /**
   * Witness and profile run their user's code, and what that throws is not to leave `td` inside.
   */
  #noteEntered(td: Waiter, taken: Taken, beganUs: number, wasTaken: boolean): void {
    try {
      this.#entered(td, taken, beganUs, wasTaken)
    } catch (error) {
      this.options.witness?.exited(td, this.#at)
      exitNow(td, this.section)
      throw error
    }
  }

  #entered(td: Waiter, taken: Taken, beganUs: number, wasTaken: boolean): void {
    this.options.witness?.took(td, taken)
    const { profile } = this.options
    if (profile === undefined) return
    const nowUs = profile.nowUs()
    const waitedUs = wasTaken ? nowUs - beganUs : 0
    const row = profile.at(`${taken.place} (${taken.type}:${taken.name})`)
    row.count++
    row.waitTotalUs += waitedUs
    row.waitMaxUs = Math.max(row.waitMaxUs, waitedUs)
    if (wasTaken) row.foundTaken++
    this.#stays.set(td, { row, sinceUs: nowUs })
  }

  #exited(td: Waiter, nowUs: number, wasWanted: boolean): void {
    this.options.witness?.exited(td, this.#at)
    const stay = this.#stays.get(td)
    if (stay === undefined) return
    const heldUs = nowUs - stay.sinceUs
    stay.row.totalUs += heldUs
    stay.row.maxUs = Math.max(stay.row.maxUs, heldUs)
    if (wasWanted) stay.row.heldAgainst++
    this.#stays.delete(td)
  }
}
