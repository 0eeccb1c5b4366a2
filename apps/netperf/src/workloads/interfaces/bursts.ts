import { type Memory, SETTLE, work } from '@smpnet/memory'
import { type Handoff, QUEUED } from '@smpnet/ifqueue/interface'
import type { SimRandom } from '@smpnet/machine/sim'
import { type Waiting, YIELD } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import type { KernelSlice } from '../../model/kernel-slice.ts'
import type { OpenInterface } from './open-interface.ts'
import { TALLY } from './sender.ts'
import type { StrandWatch } from './strand-watch.ts'

const NANOSECOND = work('nanosecond')

/** What the senders of a race count besides: packets that were found stranded. */
export const STRANDED = 'stranded'
/** For how long they were, until the next packet or interrupt. */
export const STRANDED_FOR = 'stranded-for'

/** A simulated interrupt strikes between two pieces of work: none is longer than this. */
const STEP_NS = 500

/** Live: what has not gone out after so long, while the device has room, waits for ever. */
const PATIENCE_NS = 5e6
/** Live: the last packets of a burst come after up to so many pauses of a few instructions. */
const MOST_TURNS = 256

/**
 * Sends at random moments, with the mean that loads the link as much as is said: queues are empty
 * again and again, and descriptors used up, which is when the race can come about.
 */
export class RandomSender {
  #sent = 0

  constructor(
    readonly open: OpenInterface,
    readonly cpu: number,
    readonly meanGapNs: number,
    readonly random: SimRandom,
    readonly watch: StrandWatch,
  ) {}

  *run(td: Thread, slice: KernelSlice): Waiting<number> {
    const { memory } = td.lot
    let [count, dropped] = [0, 0]
    while (!slice.done()) {
      const uniform = (this.random.next() + 1) / 2 ** 32
      yield* this.#compute(memory, Math.max(1, -Math.log(uniform) * this.meanGapNs))
      if (yield* this.#send(td, slice)) count++
      else dropped++
    }
    for (const ns of this.watch.drain()) {
      slice.tally(STRANDED, 1)
      slice.recorder(STRANDED_FOR).record(ns)
    }
    slice.tally(TALLY.sent, count)
    slice.tally(TALLY.dropped, dropped)
    return count
  }

  /** Work that can be interrupted, on the CPU that is. */
  *#compute(memory: Memory, ns: number): Waiting {
    const step = this.cpu === 0 ? STEP_NS : ns
    for (let left = ns; left > 0; left -= step) {
      memory.charge(NANOSECOND, Math.min(step, left))
      while (!memory.settled()) yield SETTLE
    }
  }

  *#send(td: Thread, slice: KernelSlice): Waiting<boolean> {
    const { packets, handoff } = this.open
    const packet = packets.of(this.cpu, this.#sent)
    if (!packets.tryMake(packet, this.cpu)) return false
    this.#sent++
    this.watch.enter(slice.nowNs())
    const sent = yield* handoff.send(td, packet)
    while (!td.lot.memory.settled()) yield SETTLE
    this.watch.leave(slice.nowNs())
    if (sent !== QUEUED) packets.free(packet)
    return sent === QUEUED
  }
}

/**
 * Live: sends bursts that fill the ring, the last packets of each at random moments, and waits
 * until all are out. What is not out after a while, though the driver is not stalled, is stranded:
 * nobody else sends. It starts the driver then, and goes on.
 */
export class BurstSender {
  #sent = 0

  constructor(
    readonly open: OpenInterface,
    readonly cpu: number,
    readonly random: SimRandom,
  ) {}

  *run(td: Thread, slice: KernelSlice): Waiting<number> {
    const { slots } = this.open.settings
    let count = 0
    while (!slice.done()) {
      const burst = slots + 1 + this.random.below(slots)
      for (let left = burst; left > 0; left--) {
        if (left <= 2) this.#pause()
        count += yield* this.#send(td)
      }
      yield* this.#untilOut(td, slice, burst)
    }
    slice.tally(TALLY.sent, count)
    return count
  }

  #pause(): void {
    const { memory } = this.open.packets
    for (let left = this.random.below(MOST_TURNS); left > 0; left--) memory.pause(0)
  }

  *#send(td: Thread): Waiting<number> {
    const { packets, handoff } = this.open
    const packet = packets.of(this.cpu, this.#sent)
    if (!packets.tryMake(packet, this.cpu)) return 0
    this.#sent++
    if ((yield* handoff.send(td, packet)) === QUEUED) return 1
    packets.free(packet)
    return 0
  }

  *#untilOut(td: Thread, slice: KernelSlice, burst: number): Waiting {
    const { packets, handoff } = this.open
    let beganNs = slice.nowNs()
    for (let back = 1; back <= Math.min(burst, this.#sent); ) {
      if (!packets.isOut(packets.of(this.cpu, this.#sent - back))) {
        back++
        continue
      }
      yield YIELD
      const waitedNs = slice.nowNs() - beganNs
      if (waitedNs < PATIENCE_NS) continue
      if (isStranded(handoff)) {
        slice.tally(STRANDED, 1)
        slice.recorder(STRANDED_FOR).record(waitedNs)
      }
      yield* handoff.complete(td)
      beganNs = slice.nowNs()
    }
  }
}

function isStranded(handoff: Handoff): boolean {
  return handoff.queued() > 0 && !handoff.isStalled()
}
