import { type Memory, SETTLE, work } from '@smpnet/memory'
import type { SimRandom } from '@smpnet/machine/sim'
import type { Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import { LATER, type ListLock, TORN } from '../../locks/list-lock.ts'
import type { KernelSlice } from '../../model/kernel-slice.ts'

const FORWARD_PACKET = work('forward-packet')

/** A packet's work differs by at most so much from the mean: without chance CPUs fall into step. */
const JITTER = 0.1

/** The lock of a step, as one CPU sees it: one for all flows, or one for each of its own flows. */
export interface OpenStep {
  readonly locks: readonly ListLock[]
  readonly times: number
}

/**
 * Forwards packets on one CPU. The work of a packet is in equal parts before, within and between
 * the sections of its locks, each of which it reads.
 */
export class Forwarder {
  readonly #part: number

  constructor(
    readonly memory: Memory,
    readonly path: readonly OpenStep[],
    readonly flows: number,
    readonly random: SimRandom,
  ) {
    const sections = path.reduce((sum, { times }) => sum + times, 0)
    this.#part = 1 / (2 * sections + 1)
  }

  /** Forwards until the slice is done; returns how many packets. */
  *run(td: Thread, slice: KernelSlice): Waiting<number> {
    const packets = slice.recorder('packet')
    let beganNs = slice.nowNs()
    for (let count = 1; ; count++) {
      yield* this.#packet(td)
      while (!this.memory.settled()) yield SETTLE
      const endedNs = slice.nowNs()
      packets.record(endedNs - beganNs)
      beganNs = endedNs
      if (slice.done()) return count
    }
  }

  *#packet(td: Thread): Waiting {
    const { path, flows, random } = this
    const flow = random.below(flows)
    const part = this.#part * (1 - JITTER + (2 * JITTER * random.below(1001)) / 1000)
    this.memory.charge(FORWARD_PACKET, part)
    for (const { locks, times } of path) {
      const lock = locks[flow % locks.length] as ListLock
      for (let left = times; left > 0; left--) {
        yield* this.#section(td, lock, part)
        this.memory.charge(FORWARD_PACKET, part)
      }
    }
  }

  *#section(td: Thread, lock: ListLock, part: number): Waiting {
    for (let ended = TORN; ended === TORN; ) {
      while (!this.memory.settled()) yield SETTLE
      if (!lock.tryRead(td)) yield* lock.read(td)
      this.memory.charge(FORWARD_PACKET, part)
      while (!this.memory.settled()) yield SETTLE
      ended = lock.tryEndRead(td)
      if (ended === LATER) ended = yield* lock.endRead(td)
    }
  }
}
