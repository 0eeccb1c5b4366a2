import { allowBothMemories, Arena, LiveMemory, type Memory } from '@smpnet/memory'
import { Bintime } from '../../src/arithmetic/bintime.ts'
import { type Counter, maskOf } from '../../src/counters/counter.ts'
import { SetClock } from '../../src/windup/set-clock.ts'
import { Timehands } from '../../src/timehands/timehands.ts'
import {
  placeTimehands,
  type TimehandsHandle,
  type TimehandsOptions,
} from '../../src/timehands/timehands-block.ts'
import { Windup, type WindupOptions } from '../../src/windup/windup.ts'

// Tests of this package are of both kinds of memory, and measure nothing by the host's time.
allowBothMemories()

/** A counter that stands where a test puts it. */
export class SetCounter implements Counter {
  readonly mask: number
  readonly quality = 0
  count: number

  constructor(
    bits: number,
    readonly frequency: number,
    start = 0,
    readonly name = 'test',
  ) {
    this.mask = maskOf(bits)
    this.count = start
  }

  read(): number {
    return this.count
  }

  /** Goes on, and wraps at its width. */
  advance(counts: number): void {
    const room = this.mask - this.count
    this.count = counts > room ? (counts - room - 1) % (this.mask + 1) : this.count + counts
  }
}

export interface Clock {
  readonly memory: Memory
  readonly handle: TimehandsHandle
  readonly windup: Windup
  readonly set: SetClock
  reader(): Timehands
}

/** Timehands over some counters, with one writer. */
export function clockOn(
  counters: readonly Counter[],
  options: TimehandsOptions & WindupOptions & { memory?: Memory } = {},
): Clock {
  const memory = options.memory ?? LiveMemory.create(16_384)
  const handle = placeTimehands(Arena.create(memory), counters, options)
  const windup = new Windup(memory, handle, counters, options)
  const reader = () => new Timehands(memory, handle, counters)
  return { memory, handle, windup, set: new SetClock(windup), reader }
}

/** A bintime of whole seconds. */
export function seconds(sec: number): Bintime {
  return new Bintime(sec)
}
