import { type Address, NIL } from '@smpnet/memory'
import { BadNetisr } from '../terms/errors.ts'
import { expectBetween } from '../shape/netisr-shape.ts'
import type { ProtocolTable } from '../protocols/protocol-table.ts'
import type { Workstream } from '../workstream/workstream.ts'
import { planBalance } from './balance.ts'
import type { Buckets } from '../routing/buckets.ts'

/** Moves of one call of `balance`: the table follows a change of traffic step by step. */
const MOST_MOVES = 16
/** What `pinOf` says of a flow without one. */
const NO_PIN = -1

/** Where flows go, as it is now. */
export interface PlacementStatistics {
  /** By bucket of the table: its workstream, and the packets that it ever had in queues. */
  readonly buckets: readonly { readonly stream: number; readonly packets: number }[]
  readonly pins: readonly { readonly flow: number; readonly stream: number }[]
}

/**
 * Changes where flows go, in any thread's plain code. Nothing moves at once: a bucket follows when
 * its next packet comes and none of the earlier ones is left, so that every flow keeps its order.
 */
export class Placement {
  /** What each bucket had had when this isolate balanced last. */
  #before: number[] = []

  constructor(
    readonly buckets: Buckets,
    readonly table: ProtocolTable,
    readonly streams: readonly Workstream[],
  ) {}

  /**
   * Gives a flow a place of its own, whatever the table says: workstream `stream`. Throws BadNetisr
   * for what cannot be, and when all pins are taken.
   */
  pin(flow: number, stream: number): void {
    this.#expect(flow, stream)
    this.#underTable(() => {
      for (;;) {
        const pin = this.buckets.pinOf(flow)
        if (pin < 0 ? this.#pins(flow, stream) : this.#repins(flow, pin, stream)) return
      }
    })
  }

  /** The flow goes back to the table; nothing happens when it was not pinned. */
  unpin(flow: number): void {
    this.#expect(flow, 0)
    this.#underTable(() => {
      for (;;) {
        const pin = this.buckets.pinOf(flow)
        const bucket = this.buckets.ofPin(pin)
        const leave = (): void => this.buckets.wishToLeave(bucket)
        if (pin < 0 || this.#inStreamOf(bucket, flow, pin, leave)) return
      }
    })
  }

  /**
   * A thread on the CPU of workstream `stream` consumes what comes in this flow, and would have it
   * handled there: Linux's RFS. All flows of the bucket follow; one that is pinned does not. For
   * each receive: it costs two loads when nothing changes.
   */
  steer(flow: number, stream: number): void {
    const { buckets } = this
    if (flow === 0 || buckets.buckets === 0) return
    buckets.wish(buckets.shared(flow), stream % this.streams.length)
  }

  /**
   * Moves buckets from workstreams that have had more packets since this isolate's last call to
   * those that have had less, a few at a time; says how many are to move. For a callout.
   */
  balance(): number {
    const { buckets } = this
    const all = Array.from({ length: buckets.buckets }, (_, i) => buckets.plan.bucket(i))
    const counts = all.map((bucket) => buckets.packets(bucket))
    const loads = counts.map((count, i) => (count - (this.#before[i] ?? 0)) >>> 0)
    const owners = all.map((bucket) => buckets.to(bucket))
    this.#before = counts
    const moves = planBalance(loads, owners, this.streams.length, MOST_MOVES)
    for (const { bucket, to } of moves) buckets.wish(all[bucket]!, to)
    return moves.length
  }

  /** For an undertaker; under the lock that the dead had. */
  mend(): void {
    this.buckets.mend()
  }

  statistics(): PlacementStatistics {
    const { buckets } = this
    const of = (index: number): Address => buckets.plan.bucket(index)
    return {
      buckets: Array.from({ length: buckets.buckets }, (_, i) => {
        return { stream: buckets.to(of(i)), packets: buckets.packets(of(i)) }
      }),
      pins: Array.from({ length: buckets.pins }, (_, i) => i).flatMap((i) => {
        const flow = buckets.pinnedFlow(i)
        return flow === 0 ? [] : [{ flow, stream: buckets.to(buckets.ofPin(i)) }]
      }),
    }
  }

  #pins(flow: number, stream: number): boolean {
    const { buckets } = this
    let pinned: Address = NIL
    const isDone = this.#inStreamOf(buckets.shared(flow), flow, NO_PIN, () => {
      pinned = buckets.pin(flow)
      if (pinned !== NIL) buckets.wish(pinned, stream)
    })
    if (isDone && pinned === NIL) {
      throw new BadNetisr(
        `pins: expected at most ${buckets.pins} flows, came flow ${flow} beside as many`,
      )
    }
    return isDone
  }

  #repins(flow: number, pin: number, stream: number): boolean {
    const bucket = this.buckets.ofPin(pin)
    return this.#inStreamOf(bucket, flow, pin, () => this.buckets.wish(bucket, stream))
  }

  /**
   * Runs a section under the lock of the workstream of a bucket, which is that of the flow's `pin`,
   * or its shared one; false if that has changed.
   */
  #inStreamOf(bucket: Address, flow: number, pin: number, section: () => void): boolean {
    const { buckets } = this
    const stream = this.streams[buckets.to(bucket)]!
    return stream.underLock(() => {
      if (buckets.to(bucket) !== stream.id || buckets.pinOf(flow) !== pin) return false
      section()
      return true
    })
  }

  #underTable(section: () => void): void {
    this.table.lock()
    try {
      section()
    } finally {
      this.table.unlock()
    }
  }

  #expect(flow: number, stream: number): void {
    if (this.buckets.buckets === 0) {
      throw new BadNetisr('pins: expected a netisr with buckets, came one without')
    }
    if (!Number.isInteger(flow) || (flow | 0) === 0) {
      throw new BadNetisr(`flow: expected a whole number that is not 0, came ${String(flow)}`)
    }
    expectBetween('cpu', stream, 0, this.streams.length - 1)
  }
}
