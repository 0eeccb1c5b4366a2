import type { LineDirectory } from './line-directory.ts'

/** A CPU looks at no more lines than a word and its owner's. */
const MOST_LINES = 2
const NONE = -1
/** In the place of a line: it looks at more. */
const MORE = -2

/**
 * CPUs that spin for what others bring about. One that has looked twice in turns of the same
 * length, and found all that it looks at in its own cache, finds the same each time until another
 * CPU takes one of those lines away, or something happens to itself. So it dozes until then: it
 * acts next at the look at which it would have noticed, and is billed for those that it was spared,
 * which changes nothing but how long simulating takes.
 */
export class Dozers {
  /** By CPU: whether it dozes. */
  readonly dozes: Uint8Array
  /** By CPU: the lines that it has said it looks at since its last pause. */
  readonly #lines: Int32Array
  /** By CPU: those of the pause before. */
  readonly #before: Int32Array
  /** By CPU: when it paused last, and how many cycles after the pause before. */
  readonly #pausedAt: Float64Array
  readonly #period: Float64Array
  /** By CPU: how long after its pause it was settled for its look; the same of the look before. */
  readonly #offset: Float64Array
  readonly #offsetBefore: Float64Array
  /** By CPU: the line of its mailbox. */
  readonly #mail: Int32Array
  /** By CPU: cycles that it was billed for pauses, in all, and from one look to the next. */
  readonly #spun: Float64Array
  readonly spinCycles: Float64Array
  /** By CPU: whether its last look was as the one before, so that it dozes if its turn is over. */
  readonly #mayDoze: Uint8Array
  /** By line: how many doze for it. */
  readonly #watched: Uint16Array

  constructor(
    readonly cpus: number,
    readonly directory: LineDirectory,
  ) {
    this.dozes = new Uint8Array(cpus)
    this.#lines = new Int32Array(cpus * MOST_LINES).fill(NONE)
    this.#before = new Int32Array(cpus * MOST_LINES).fill(NONE)
    this.#pausedAt = new Float64Array(cpus)
    this.#period = new Float64Array(cpus)
    this.#offset = new Float64Array(cpus)
    this.#offsetBefore = new Float64Array(cpus)
    this.#mail = new Int32Array(cpus).fill(NONE)
    this.#spun = new Float64Array(cpus)
    this.spinCycles = new Float64Array(cpus)
    this.#mayDoze = new Uint8Array(cpus)
    this.#watched = new Uint16Array(directory.owner.length)
  }

  /** `cpu`, which spins, looks at this line, and at no others but those that it has named so. */
  looksAt(cpu: number, line: number, settledAt: number): void {
    this.#offset[cpu] = settledAt - this.#pausedAt[cpu]!
    const first = cpu * MOST_LINES
    const lines = this.#lines
    for (let i = first; i < first + MOST_LINES; i++) {
      if (lines[i] === line) return
      if (lines[i] !== NONE) continue
      lines[i] = line
      return
    }
    lines[first] = MORE
  }

  /** `cpu` has paused and looks again at cycle `now`; it was billed `spun` cycles for pauses. */
  paused(cpu: number, now: number, spun: number): void {
    const first = cpu * MOST_LINES
    const period = now - this.#pausedAt[cpu]!
    const offset = this.#offset[cpu]!
    const isAsLong = period === this.#period[cpu] && offset === this.#offsetBefore[cpu]
    const isSame = isAsLong && this.#sameLines(first) && this.#hasAll(cpu)
    this.#offsetBefore[cpu] = offset
    this.#mayDoze[cpu] = isSame ? 1 : 0
    this.#pausedAt[cpu] = now
    this.#period[cpu] = period
    this.spinCycles[cpu] = spun - this.#spun[cpu]!
    this.#spun[cpu] = spun
    for (let i = first; i < first + MOST_LINES; i++) {
      this.#before[i] = this.#lines[i]!
      this.#lines[i] = NONE
    }
  }

  /** The turn of `cpu` ends at cycle `now`: whether it dozes, as it has done nothing since. */
  begins(cpu: number, now: number): boolean {
    if (this.#mayDoze[cpu] === 0) return false
    this.#mayDoze[cpu] = 0
    const mail = this.#mail[cpu]!
    const hasMail = mail === NONE || this.directory.has(cpu, mail)
    if (now !== this.#pausedAt[cpu] || !this.#hadAll(cpu) || !hasMail) return false
    this.dozes[cpu] = 1
    if (mail !== NONE) this.#watched[mail]!++
    for (let i = cpu * MOST_LINES; i < (cpu + 1) * MOST_LINES; i++) {
      if (this.#before[i]! >= 0) this.#watched[this.#before[i]!]!++
    }
    return true
  }

  /** Whether any CPU dozes until this line is taken. */
  isWatched(line: number): boolean {
    return this.#watched[line] !== 0
  }

  watches(cpu: number, line: number): boolean {
    if (this.dozes[cpu] === 0) return false
    const first = cpu * MOST_LINES
    return (
      this.#mail[cpu] === line || this.#before[first] === line || this.#before[first + 1] === line
    )
  }

  /**
   * The first cycle from `at` on at which a dozing CPU acts: when it has paused, and then when it
   * looks, before which it has looked at its mail.
   */
  actsFrom(cpu: number, at: number): number {
    const from = this.#pausedAt[cpu]!
    const period = this.#period[cpu]!
    const begins = from + Math.max(0, Math.ceil((at - from) / period)) * period
    const looks = begins - period + this.#offset[cpu]!
    return looks >= at && looks > from ? looks : begins
  }

  /** Whether a dozing CPU that acts at cycle `at` has looked at its mail, and is about to look. */
  isLooking(cpu: number, at: number): boolean {
    return (at - this.#pausedAt[cpu]!) % this.#period[cpu]! !== 0
  }

  /** Passes the looks before cycle `at`: how many, and how long each took. The CPU dozes on. */
  pass(cpu: number, at: number): number {
    const looks = Math.max(0, Math.floor((at - this.#pausedAt[cpu]!) / this.#period[cpu]!))
    this.#pausedAt[cpu]! += looks * this.#period[cpu]!
    return looks
  }

  periodOf(cpu: number): number {
    return this.#period[cpu]!
  }

  /** It acts now. */
  wake(cpu: number): void {
    this.dozes[cpu] = 0
    for (let i = cpu * MOST_LINES; i < (cpu + 1) * MOST_LINES; i++) {
      if (this.#before[i]! >= 0) this.#watched[this.#before[i]!]!--
    }
    if (this.#mail[cpu] !== NONE) this.#watched[this.#mail[cpu]!]!--
  }

  /** A CPU that is not only waiting for time looks at its mail as well, which is in this line. */
  setMail(cpu: number, line: number): void {
    this.#mail[cpu] = line
  }

  clear(): void {
    this.dozes.fill(0)
    this.#mayDoze.fill(0)
    this.#spun.fill(0)
    this.#watched.fill(0)
    this.#lines.fill(NONE)
    this.#before.fill(NONE)
    this.#period.fill(0)
  }

  #sameLines(first: number): boolean {
    for (let i = first; i < first + MOST_LINES; i++) {
      if (this.#lines[i] !== this.#before[i]) return false
    }
    return true
  }

  #hasAll(cpu: number): boolean {
    return this.#lines[cpu * MOST_LINES]! >= 0 && this.#has(cpu, this.#lines)
  }

  #hadAll(cpu: number): boolean {
    return this.#has(cpu, this.#before)
  }

  #has(cpu: number, lines: Int32Array): boolean {
    for (let i = cpu * MOST_LINES; i < (cpu + 1) * MOST_LINES; i++) {
      if (lines[i] !== NONE && !this.directory.has(cpu, lines[i]!)) return false
    }
    return true
  }
}
