import { type Address, type Memory, NIL } from '@smpnet/memory'
import { BUCKET, NETISR, PIN } from '../shape/netisr-layout.ts'
import type { NetisrPlan } from '../shape/netisr-plan.ts'

const { to: TO, wish: WISH, tail: TAIL, packets: PACKETS } = BUCKET.offset
const { flow: FLOW, state: STATE } = PIN.offset

/** Of a wish: the bucket goes nowhere else. */
const STAY = 0
/** Of a wish, for the bucket of a pin: its flow goes back to the table. */
export const LEAVE = -1

/** Of a pin: never used; its flow has a bucket of its own; it had, and others may be behind it. */
export const FREE = 0
export const PINNED = 1
export const LEFT = 2

/** What a bucket is to know of the workstream that it leaves, whose lock the caller holds. */
export interface Leaving {
  readonly id: number
  /** Packets that were ever queued there. */
  sequence(): number
  /** Whether all that were queued there before are handled, and none is being dispatched. */
  isCleared(sequence: number): boolean
}

/**
 * Where flows go: the indirection table of receive side scaling, and its one way to change.
 *
 * A bucket goes to a workstream. Code that wants it elsewhere (a balancer, a thread that pins a
 * flow, a consumer that has its packets steered to it) writes a wish. The wish comes true in the
 * section of the next packet of the bucket, when none of its packets is left in the workstream
 * where it is: so the order of a flow is kept however often it moves. Linux's RFS has the same
 * rule, by the tail of the queue that a flow was last put in (`rps_dev_flow`, last_qtail).
 *
 * A sender reads the bucket without a lock, and reads it again under the lock of the workstream
 * that it found: a bucket leaves a workstream only under that one's lock.
 */
export class Buckets {
  constructor(
    readonly memory: Memory,
    readonly plan: NetisrPlan,
    readonly buckets: number,
    readonly pins: number,
    readonly threads: number,
  ) {}

  /** Spreads the buckets over the workstreams, as many to each. When a netisr is placed. */
  spread(): void {
    for (let index = 0; index < this.buckets; index++) {
      this.memory.store(this.plan.bucket(index) + TO, index % this.threads)
    }
  }

  /** The bucket of a flow, which is not 0: that of its pin, or that of the table. */
  bucketOf(flow: number): Address {
    if (this.pins > 0 && this.memory.load(this.plan.at + NETISR.offset.pinned) !== 0) {
      const pin = this.pinOf(flow)
      if (pin >= 0) return this.ofPin(pin)
    }
    return this.shared(flow)
  }

  /** The bucket that a flow shares with others. */
  shared(flow: number): Address {
    return this.plan.bucket(flow & (this.buckets - 1))
  }

  /** The bucket of a pin's own. */
  ofPin(pin: number): Address {
    return this.plan.bucket(this.buckets + pin)
  }

  /** The number of the workstream where a bucket goes. */
  to(bucket: Address): number {
    return this.memory.load(bucket + TO)
  }

  /** Changes with the pins; a choice of a bucket holds as long as this is the same. */
  version(): number {
    return this.memory.load(this.plan.at + NETISR.offset.pinsVersion)
  }

  /** Where a bucket is to go, as soon as may be. Plain code, for any thread. */
  wish(bucket: Address, stream: number): void {
    const wish = this.to(bucket) === stream ? STAY : stream + 1
    if (this.memory.load(bucket + WISH) !== wish) this.memory.store(bucket + WISH, wish)
  }

  /** The same of a pin's bucket, whose flow is to go back to the table. */
  wishToLeave(bucket: Address): void {
    this.memory.store(bucket + WISH, LEAVE)
  }

  /**
   * Moves a bucket of `stream` as it is wished, if none of its packets is left there. Under the
   * lock of `stream`. Says whether the bucket has left.
   */
  moves(bucket: Address, stream: Leaving): boolean {
    const { memory } = this
    const wish = memory.load(bucket + WISH)
    if (wish === STAY) return false
    if (!stream.isCleared(memory.read(bucket + TAIL))) return false
    memory.store(bucket + WISH, STAY)
    if (wish === LEAVE) this.#leaves(bucket)
    else memory.store(bucket + TO, wish - 1)
    return wish === LEAVE || wish - 1 !== stream.id
  }

  /** A packet of the bucket is about to be queued, as number `sequence` of its workstream. */
  queued(bucket: Address, sequence: number): void {
    this.memory.write(bucket + TAIL, sequence)
    this.memory.write(bucket + PACKETS, this.memory.read(bucket + PACKETS) + 1)
  }

  /**
   * Gives a flow without a pin a bucket of its own, which is like the shared one that it leaves,
   * and says which; NIL when all pins are taken. Under the lock of the netisr and that of the
   * workstream to which the shared bucket goes.
   */
  pin(flow: number): Address {
    const { memory, plan } = this
    const pin = this.#freePin(flow)
    if (pin < 0) return NIL
    const [from, to] = [this.shared(flow), this.ofPin(pin)]
    memory.store(to + TO, memory.load(from + TO))
    memory.store(to + WISH, STAY)
    memory.write(to + TAIL, memory.read(from + TAIL))
    memory.write(to + PACKETS, 0)
    memory.store(plan.pin(pin) + FLOW, flow)
    memory.store(plan.pin(pin) + STATE, PINNED)
    memory.add(plan.at + NETISR.offset.pinned, 1)
    this.#changed()
    return to
  }

  /** The number of the pin of a flow, or -1. */
  pinOf(flow: number): number {
    const { memory, plan, pins } = this
    for (let i = 0, pin = this.#firstPin(flow); i < pins; i++, pin = (pin + 1) % pins) {
      const state = memory.load(plan.pin(pin) + STATE)
      if (state === FREE) return -1
      if (state === PINNED && memory.load(plan.pin(pin) + FLOW) === flow) return pin
    }
    return -1
  }

  /** The flow of a pin, or 0. */
  pinnedFlow(pin: number): number {
    const at = this.plan.pin(pin)
    return this.memory.load(at + STATE) === PINNED ? this.memory.load(at + FLOW) : 0
  }

  /** What a bucket has had, for statistics and balancing. */
  packets(bucket: Address): number {
    return this.memory.read(bucket + PACKETS)
  }

  /**
   * A thread ended that held the lock of a workstream, and perhaps changed a pin under it: what was
   * chosen before is chosen anew. Under that lock, by an undertaker.
   */
  mend(): void {
    const { memory, plan, pins } = this
    let pinned = 0
    for (let pin = 0; pin < pins; pin++) if (this.pinnedFlow(pin) !== 0) pinned++
    memory.store(plan.at + NETISR.offset.pinned, pinned)
    this.#changed()
  }

  /** The flow goes back to its shared bucket. */
  #leaves(bucket: Address): void {
    const { memory, plan } = this
    const pin = (bucket - plan.bucket(this.buckets)) / BUCKET.size
    memory.store(plan.pin(pin) + STATE, LEFT)
    memory.add(plan.at + NETISR.offset.pinned, -1)
    this.#changed()
  }

  #changed(): void {
    this.memory.add(this.plan.at + NETISR.offset.pinsVersion, 1)
  }

  /** Open addressing: those that collide stand behind each other. */
  #firstPin(flow: number): number {
    return (Math.imul(flow, 0x9e3779b1) >>> 0) % this.pins
  }

  #freePin(flow: number): number {
    const { memory, plan, pins } = this
    for (let i = 0, pin = this.#firstPin(flow); i < pins; i++, pin = (pin + 1) % pins) {
      if (memory.load(plan.pin(pin) + STATE) !== PINNED) return pin
    }
    return -1
  }
}
