import { SETTLE, work } from '@smpnet/memory'
import { QUEUED } from '@smpnet/ifqueue/interface'
import type { SimRandom } from '@smpnet/machine/sim'
import { type Waiting, YIELD } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import type { KernelSlice } from '../../model/kernel-slice.ts'
import type { OpenInterface } from './open-interface.ts'

export const SEND_WORK = work('send-packet')
const SPIN_TURN = work('spin-turn')

/** A packet's work differs by at most so much from the mean: without chance CPUs fall into step. */
const JITTER = 0.1
/** A live thread gives its CPU to interrupts now and then, and reads the clock as rarely. */
const LIVE_BATCH = 16

/** What senders count themselves. */
export const TALLY = {
  sent: 'sent',
  dropped: 'dropped',
  pairs: 'lock pairs',
  waitNs: 'lock wait ns',
} as const

/** Sends packets as fast as it can, each after the work that it takes to make one. */
export class Sender {
  #sent = 0

  constructor(
    readonly open: OpenInterface,
    readonly cpu: number,
    readonly random: SimRandom,
  ) {}

  /** Sends until the slice is done; returns how many packets were taken. */
  *run(td: Thread, slice: KernelSlice): Waiting<number> {
    const { times } = this.open
    const before = { ...times }
    const { isSimulated } = td.lot.memory
    const batch = isSimulated ? 1 : LIVE_BATCH
    let [count, dropped] = [0, 0]
    for (let beganNs = slice.nowNs(); ; ) {
      for (let left = batch; left > 0; left--) {
        if (yield* this.#send(td)) count++
        else dropped++
      }
      const endedNs = slice.nowNs()
      slice.record((endedNs - beganNs) / batch)
      if (slice.done()) break
      if (!isSimulated) yield YIELD
      beganNs = isSimulated ? endedNs : slice.nowNs()
    }
    slice.tally(TALLY.sent, count)
    slice.tally(TALLY.dropped, dropped)
    slice.tally(TALLY.pairs, times.pairs - before.pairs)
    slice.tally(TALLY.waitNs, times.waitNs - before.waitNs)
    return count
  }

  *#send(td: Thread): Waiting<boolean> {
    const { packets, handoff } = this.open
    const { memory } = td.lot
    memory.charge(SEND_WORK, 1 - JITTER + (2 * JITTER * this.random.below(1001)) / 1000)
    while (!memory.settled()) yield SETTLE
    const packet = packets.of(this.cpu, this.#sent)
    if (!packets.tryMake(packet, this.cpu)) {
      memory.charge(SPIN_TURN, 1)
      if (!memory.isSimulated) yield YIELD
      return false
    }
    this.#sent++
    if ((yield* handoff.send(td, packet)) === QUEUED) return true
    while (!memory.settled()) yield SETTLE
    packets.free(packet)
    return false
  }
}
