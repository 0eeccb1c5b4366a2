import { NOBODY, type Placement } from './placement.ts'

/**
 * Which CPUs are two threads of one core, and whether the other one is busy: then what they execute
 * takes longer. What they touch is priced by its distance, and waiting for that is as long as ever.
 *
 * A CPU is idle from one of its turns to another, and turns come in the order of time. So at any
 * instant at which a CPU acts it is known whether its sibling is idle then. Work that is billed
 * there is stretched as a whole: a sibling that falls idle in the midst of it shortens the next.
 */
export class SharedCores {
  readonly cpus: number
  /** Whether any two CPUs share a core, and that costs something. */
  readonly areSome: boolean
  readonly #sibling: Int16Array
  readonly #isIdle: Uint8Array

  constructor(
    placement: Placement,
    readonly slowdown: number,
  ) {
    this.cpus = placement.cpus
    this.#sibling = placement.siblings()
    this.#isIdle = new Uint8Array(this.cpus)
    this.areSome = slowdown > 1 && this.#sibling.some((sibling) => sibling !== NOBODY)
  }

  setIdle(cpu: number, isIdle: boolean): void {
    this.#isIdle[cpu] = isIdle ? 1 : 0
  }

  /** What `cycles` of execution take now on a CPU: not a whole number. */
  stretched(cpu: number, cycles: number): number {
    const sibling = this.#sibling[cpu]!
    const isShared = this.areSome && sibling !== NOBODY && this.#isIdle[sibling] === 0
    return isShared ? cycles * this.slowdown : cycles
  }
}
