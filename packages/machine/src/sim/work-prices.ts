import { type Work, workName } from '@smpnet/memory'
import type { Profile } from './profiles/profile.ts'

/**
 * Work that needs no price in a profile, by what one unit of it takes, in ns: a length of time, and
 * what is the code of a language with an engine, which costs nothing where code is compiled C.
 */
const BY_DEFINITION = new Map([
  ['nanosecond', 1],
  ['park', 0],
])
/** Work in which a core executes nothing, or nothing to speak of. */
const WAITS: ReadonlySet<string> = new Set(['nanosecond', 'spin-turn', 'idle-exit'])

/**
 * What one unit of each named work costs, in cycles and perhaps a fraction of one. Names are
 * looked up when they are billed first.
 */
export class WorkPrices {
  /** By work: cycles, or undefined until it is billed first. */
  readonly #cycles: (number | undefined)[] = []
  readonly #ofChip: boolean[] = []
  readonly #executions: boolean[] = []
  readonly #moreNs: Readonly<Record<string, number>>

  /** `moreNs` adds to the profile's prices, or takes their place. */
  constructor(
    readonly profile: Profile,
    moreNs: Readonly<Record<string, number>> = {},
  ) {
    this.#moreNs = moreNs
    for (const [name, ns] of Object.entries(moreNs)) {
      if (Number.isFinite(ns) && ns >= 0) continue
      throw new RangeError(`work ${name} costs a number of ns, not below 0: ${ns} came`)
    }
  }

  /** Whether it is a read of the chip that all CPUs share. */
  isOfChip(work: Work): boolean {
    while (this.#ofChip.length <= work) {
      this.#ofChip.push(this.profile.chipWork?.includes(workName(this.#ofChip.length)) ?? false)
    }
    return this.#ofChip[work]!
  }

  /**
   * Whether it keeps a core's execution units busy, and takes longer beside a busy sibling: all but
   * what is a length of time, a wait for a chip, or a pause that leaves them to the sibling.
   */
  isExecution(work: Work): boolean {
    while (this.#executions.length <= work) {
      const next = this.#executions.length
      this.#executions.push(!WAITS.has(workName(next)) && !this.isOfChip(next))
    }
    return this.#executions[work]!
  }

  /** Throws a RangeError, with the names that have a price, for work that has none. */
  cyclesOf(work: Work): number {
    const known = this.#cycles[work]
    return known === undefined ? this.#lookUp(work) : known
  }

  #lookUp(work: Work): number {
    const name = workName(work)
    const { workNs, clockMhz } = this.profile
    const ns = this.#moreNs[name] ?? workNs[name]?.value ?? BY_DEFINITION.get(name)
    if (ns === undefined) throw this.#unknown(name)
    const cycles = (ns * clockMhz.value) / 1000
    while (this.#cycles.length < work) this.#cycles.push(undefined)
    this.#cycles[work] = cycles
    return cycles
  }

  #unknown(name: string): RangeError {
    const names = Object.keys({ ...this.profile.workNs, ...this.#moreNs }).concat([
      ...BY_DEFINITION.keys(),
    ])
    return new RangeError(
      `profile ${this.profile.name} prices the work ${names.join(', ')}: ${name} came`,
    )
  }
}
