import { type Address, layout, type Memory, word } from '@smpnet/memory'
import { Bintime } from '../arithmetic/bintime.ts'
import { HALF } from '../arithmetic/multiply.ts'
import { bintimeToNs } from '../arithmetic/timespec.ts'
import type { Timehands } from '../timehands/timehands.ts'
import type { CpuTicker } from './cputicker.ts'

/** What a thread has run, in its accounting's own unit. */
export const ACCOUNT = layout('account', {
  /** (o) The CPU that runs the thread: high and low half. */
  high: word('o'),
  low: word('o'),
})

/**
 * Adds up what each thread runs, on one CPU. A context switch calls `switchFrom` once. Two kinds
 * exist, and what they differ in is what a switch costs: one reading of the cputicker, or one of
 * the timecounter and the arithmetic that makes it time.
 */
export interface Accounting {
  /** The thread with the account at `from` has run until now, and another runs from now on. */
  switchFrom(from: Address): void
  /** What the thread of an account has run, in ns. */
  runtimeNs(of: Address): number
}

/** In ticks, made into time when somebody asks: mi_switch since FreeBSD 7. */
export class CycleAccounting implements Accounting {
  #since: number

  constructor(
    readonly memory: Memory,
    readonly ticker: CpuTicker,
  ) {
    this.#since = ticker.ticks()
  }

  switchFrom(from: Address): void {
    const now = this.ticker.ticks()
    addTo(this.memory, from, now - this.#since)
    this.#since = now
  }

  runtimeNs(of: Address): number {
    return this.ticker.toNs(valueOf(this.memory, of))
  }
}

/** In time, read from the timecounter at each switch: mi_switch before. */
export class TimeAccounting implements Accounting {
  readonly #time = new Bintime()
  #sinceNs: number

  constructor(
    readonly memory: Memory,
    readonly timehands: Timehands,
  ) {
    this.#sinceNs = bintimeToNs(timehands.binuptime(this.#time))
  }

  switchFrom(from: Address): void {
    const nowNs = bintimeToNs(this.timehands.binuptime(this.#time))
    addTo(this.memory, from, nowNs - this.#sinceNs)
    this.#sinceNs = nowNs
  }

  runtimeNs(of: Address): number {
    return valueOf(this.memory, of)
  }
}

function valueOf(memory: Memory, at: Address): number {
  const low = memory.read(at + ACCOUNT.offset.low) >>> 0
  return memory.read(at + ACCOUNT.offset.high) * HALF + low
}

function addTo(memory: Memory, at: Address, amount: number): void {
  const sum = valueOf(memory, at) + amount
  const high = Math.floor(sum / HALF)
  memory.write(at + ACCOUNT.offset.high, high)
  memory.write(at + ACCOUNT.offset.low, sum - high * HALF)
}
