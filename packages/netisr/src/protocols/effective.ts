import type { Address, Memory } from '@smpnet/memory'
import { PROTOCOL } from '../shape/netisr-layout.ts'
import { DIRECT } from '../terms/names.ts'

const { effective: EFFECTIVE, drained: DRAINED } = PROTOCOL.offset

/**
 * Of `effective`: this value and more, a number for each switch, while direct dispatch is asked for
 * and packets may still be queued from before.
 */
const DRAINING = 4
const SWITCH_BITS = 8
const SWITCHES = 1 << 17
/** Of `drained`: the workstreams in the low bits, the switch above them. */
const STREAMS = 1 << 13

/**
 * The dispatch that counts for a protocol now, which may change while packets are on their way.
 *
 * A switch between hybrid and deferred dispatch changes no order, since neither overtakes a queue.
 * Direct dispatch would: a packet that was queued before the switch would come after one of its
 * flow that is dispatched after it. So a switch to direct dispatch leads to DRAINING first, in
 * which a packet whose workstream still has some of its protocol is queued behind them, and all
 * others are handled at once. A workstream that was found empty then stays so. Dispatchers
 * look through the workstreams one after the other, a step at a time, and the one that finds the
 * last of them empty ends the draining.
 *
 *     deferred ⇄ hybrid ──switch──> DRAINING of this switch ──all were found empty──> direct
 *        ^──────────────────switch─────────────┴──────────switch────────────────────────┘
 *
 * What has chosen a workstream by a dispatch that does not count any more finds that out under the
 * workstream's lock, and chooses anew.
 */
export class Effective {
  constructor(
    readonly memory: Memory,
    /** The protocol's words. */
    readonly at: Address,
  ) {}

  /** The number of a dispatch, or one for which `isDraining`. */
  now(): number {
    return this.memory.load(this.at + EFFECTIVE)
  }

  /** Of a protocol that was never used. Under the lock of the netisr, as `change`. */
  begin(dispatch: number): void {
    this.memory.store(this.at + EFFECTIVE, dispatch)
  }

  /** Switches to the dispatch of that number. */
  change(dispatch: number): void {
    const { memory, at } = this
    const now = this.now()
    if (dispatch !== DIRECT) memory.store(at + EFFECTIVE, dispatch)
    if (dispatch !== DIRECT || now === DIRECT || isDraining(now)) return
    const number = ((memory.load(at + DRAINED) / STREAMS + 1) >>> 0) % SWITCHES
    memory.store(at + DRAINED, number * STREAMS)
    memory.store(at + EFFECTIVE, DRAINING + number * SWITCH_BITS)
  }

  /**
   * Goes on looking whether the workstreams are drained, as `isDrained` says of one of `streams`,
   * and ends the draining after the last. `draining` is what `now` was when the caller began.
   */
  goOn(draining: number, streams: number, isDrained: (stream: number) => boolean): void {
    const { memory, at } = this
    const base = ((draining - DRAINING) / SWITCH_BITS) * STREAMS
    for (;;) {
      const seen = memory.load(at + DRAINED)
      const stream = seen - base
      if (stream < 0 || stream > streams) return
      if (stream === streams) {
        memory.compareExchange(at + EFFECTIVE, draining, DIRECT)
        return
      }
      if (!isDrained(stream)) return
      memory.compareExchange(at + DRAINED, seen, seen + 1)
    }
  }
}

/** Whether what `now` said asks for direct dispatch after what is queued. */
export function isDraining(dispatch: number): boolean {
  return dispatch >= DRAINING
}
