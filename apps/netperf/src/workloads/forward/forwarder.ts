import { type Address, CACHE_LINE_BYTES, type Memory, SETTLE, work } from '@smpnet/memory'
import type { SimRandom } from '@smpnet/machine/sim'
import type { Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import { LATER, type ListLock, TORN } from '../../locks/list-lock.ts'
import type { KernelSlice } from '../../model/kernel-slice.ts'
import type { Arrivals } from './arrivals.ts'

export const FORWARD_PACKET = work('forward-packet')

/** A packet's work differs by at most so much from the mean: without chance CPUs fall into step. */
const JITTER = 0.1

/** What a step takes for one flow: a lock, or a word, and the lines beside it. */
export interface OpenPlace {
  /** Undefined where the step is a plain atomic. */
  readonly lock: ListLock | undefined
  readonly at: Address
  /** Where the lines that sections read begin, and behind them those that they write. */
  readonly linesAt: Address
}

/** A step as one CPU sees it: one place for all flows, or one for each of its own flows. */
export interface OpenStep {
  readonly places: readonly OpenPlace[]
  readonly times: number
  readonly lines: number
  readonly dirty: number
  readonly write: number
}

/**
 * Forwards packets on one CPU. The work of a packet is in equal parts before, within and between
 * its sections.
 */
export class Forwarder {
  readonly #part: number

  constructor(
    readonly memory: Memory,
    readonly path: readonly OpenStep[],
    readonly flows: number,
    readonly random: SimRandom,
    readonly arrivals: Arrivals,
  ) {
    const sections = path.reduce((sum, { times }) => sum + times, 0)
    this.#part = 1 / (2 * sections + 1)
  }

  /** Forwards until the slice is done; returns how many packets. */
  *run(td: Thread, slice: KernelSlice): Waiting<number> {
    const packets = slice.recorder('packet')
    let beganNs = slice.nowNs()
    for (let count = 0; ; ) {
      if (this.arrivals.await(this.memory, slice.nowNs())) {
        beganNs = slice.nowNs()
        yield* this.#packet(td)
        while (!this.memory.settled()) yield SETTLE
        const endedNs = slice.nowNs()
        packets.record(endedNs - beganNs)
        beganNs = endedNs
        count++
      } else while (!this.memory.settled()) yield SETTLE
      if (slice.done()) return count
    }
  }

  *#packet(td: Thread): Waiting {
    const { path, flows, random } = this
    const flow = random.below(flows)
    const part = this.#part * (1 - JITTER + (2 * JITTER * random.below(1001)) / 1000)
    this.memory.charge(FORWARD_PACKET, part)
    for (const step of path) {
      const place = step.places[flow % step.places.length]!
      for (let left = step.times; left > 0; left--) {
        if (place.lock === undefined) yield* this.#counted(step, place, part)
        else if (this.#writes(step)) yield* this.#writing(td, place.lock, step, place, part)
        else yield* this.#reading(td, place.lock, step, place, part)
        this.memory.charge(FORWARD_PACKET, part)
      }
    }
  }

  /** Chance is drawn only where it is needed, so that paths without writes are as before. */
  #writes({ write }: OpenStep): boolean {
    return write > 0 && this.random.below(1_000_000) < write * 1_000_000
  }

  *#reading(td: Thread, lock: ListLock, step: OpenStep, place: OpenPlace, part: number): Waiting {
    for (let ended = TORN; ended === TORN; ) {
      while (!this.memory.settled()) yield SETTLE
      if (!lock.tryRead(td)) yield* lock.read(td)
      yield* this.#inside(step, place, part)
      while (!this.memory.settled()) yield SETTLE
      ended = lock.tryEndRead(td)
      if (ended === LATER) ended = yield* lock.endRead(td)
    }
  }

  *#writing(td: Thread, lock: ListLock, step: OpenStep, place: OpenPlace, part: number): Waiting {
    while (!this.memory.settled()) yield SETTLE
    yield* lock.write(td)
    yield* this.#inside(step, place, part)
    while (!this.memory.settled()) yield SETTLE
    yield* lock.endWrite(td)
  }

  /** A reference is taken, and given back: two plain atomics. */
  *#counted(step: OpenStep, place: OpenPlace, part: number): Waiting {
    yield* this.#add(place.at, 1)
    yield* this.#inside(step, place, part)
    yield* this.#add(place.at, -1)
  }

  *#add(at: Address, delta: number): Waiting {
    while (!this.memory.claimed(at)) yield SETTLE
    this.memory.add(at, delta)
  }

  *#inside({ lines, dirty }: OpenStep, { linesAt }: OpenPlace, part: number): Waiting {
    const { memory } = this
    for (let line = 0; line < lines + dirty; line++) {
      const at = linesAt + line * CACHE_LINE_BYTES
      while (!memory.settled()) yield SETTLE
      const seen = memory.load(at)
      if (line >= lines) memory.store(at, seen + 1)
    }
    memory.charge(FORWARD_PACKET, part)
  }
}
