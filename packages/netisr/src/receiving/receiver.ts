import { type Address, expectMethods, type Interrupt, NIL } from '@smpnet/memory'
import {
  type Parking,
  PREEMPT,
  SETTLE,
  until,
  type Waiter,
  type Waiting,
  YIELD,
} from '@smpnet/park'
import type { Netisr } from '../netisr.ts'
import { expectBetween } from '../shape/netisr-shape.ts'
import { expectNames, type NamesOf } from '../terms/expect-options.ts'
import { DROPPED, WAIT } from '../workstream/outcome.ts'
import { ARMED, FIRED, ReceiveInterrupt } from './receive-interrupt.ts'

/** Where a device puts what has come, as its receiver uses it. Plain code, in that thread. */
export interface ReceiveQueue {
  /** Takes the first packet, or NIL. */
  take(td: Waiter): Address
  /** Whether none is there. */
  isEmpty(): boolean
  /** A packet that netisr had no room for, and that is to be freed. */
  refused(td: Waiter, packet: Address): void
}

export interface ReceiverOptions {
  /** The protocol's number, and the source: that of the queue. */
  readonly protocol: number
  readonly source?: number | undefined
  /** Packets in a row, after which others have a turn, 1 to 65,536; 64 unless told, as NAPI has. */
  readonly budget?: number | undefined
  /**
   * Moderation: µs from an interrupt to the next at least, up to 1e6, in which packets gather; 0
   * for none unless told. Intel's cards have 125 by default.
   */
  readonly intervalUs?: number | undefined
}

const NAMES: NamesOf<Required<ReceiverOptions>> = {
  protocol: true,
  source: true,
  budget: true,
  intervalUs: true,
}

const MOST_BUDGET = 65_536
const MOST_INTERVAL_US = 1e6

/** What a receiver has done. */
export interface ReceiverStatistics {
  readonly interrupts: number
  /** Budgets that were begun. */
  readonly polls: number
  readonly packets: number
  /** Of these, those that netisr had no room for. */
  readonly refused: number
}

/**
 * Receives from one queue: sleeps until its interrupt, and then polls, with the interrupt masked. A
 * poll ends after a budget, and at once when netisr has no room, and then others have a turn: so a
 * flood is dropped by the device, for nothing, and what is taken in is handled. A receiver without
 * end, that is more urgent than netisr's workers, would handle nothing any more (receive livelock;
 * Mogul and Ramakrishnan, USENIX 1996). The interrupt is armed again when nothing is left, and with
 * `intervalUs` not before its time.
 *
 *     cpu.onInterrupt(vector, (irq) => receiver.rangNow(irq, cpu.lot))
 *     scheduler.spawn((td) => receiver.run(td), { priority: Priority.interrupt, pinned: true })
 *
 * Its thread is to be as urgent as netisr's workers, which `Priority.interrupt` is.
 */
export class Receiver {
  readonly #interrupt: ReceiveInterrupt
  readonly #protocol: number
  readonly #source: number
  readonly #budget: number
  readonly #intervalUs: number
  readonly #counts = { interrupts: 0, polls: 0, packets: 0, refused: 0 }

  /** Throws BadNetisr for what cannot be, and TypeErrors. */
  constructor(
    readonly netisr: Netisr,
    /** Where the queue's `ReceiveInterrupt` is. */
    readonly at: Address,
    readonly queue: ReceiveQueue,
    options: ReceiverOptions,
  ) {
    expectMethods('a receive queue', queue, ['take', 'isEmpty', 'refused'])
    expectNames('a receiver', options, NAMES)
    const { protocol, source = 0, budget = 64, intervalUs = 0 } = options
    expectBetween('protocol', protocol, 0, netisr.handle.protocols - 1)
    expectBetween('source', source, 0, 2 ** 31 - 1)
    expectBetween('budget', budget, 1, MOST_BUDGET)
    expectBetween('intervalUs', intervalUs, 0, MOST_INTERVAL_US)
    this.#interrupt = new ReceiveInterrupt(netisr.memory, at)
    this.#protocol = protocol
    this.#source = source
    this.#budget = budget
    this.#intervalUs = intervalUs
  }

  /** The handler of the queue's vector, on the receiver's CPU. */
  rangNow(irq: Interrupt, lot: Parking): void {
    this.#counts.interrupts++
    lot.unparkNow(irq, this.at, 1)
  }

  /** The body of the receiver's thread. */
  *run(td: Waiter): Waiting<never> {
    const { memory } = this.netisr
    for (;;) {
      while (!memory.settled()) yield SETTLE
      if (this.#interrupt.isArmed()) yield* td.lot.park(td, this.at, this.at, ARMED)
      else yield* this.#heed(td)
    }
  }

  /**
   * A thread of the device has ended, which may have taken the interrupt and not raised it: the
   * receiver looks. After its burial in the lot; never parks.
   */
  *bury(lot: Parking): Waiting {
    yield* lot.unpark(this.at, 1)
  }

  statistics(): ReceiverStatistics {
    return { ...this.#counts }
  }

  /** Polls until nothing is left, and arms the interrupt; or is to be called again. */
  *#heed(td: Waiter): Waiting {
    const { memory } = this.netisr
    const leastMs = this.#intervalUs === 0 ? 0 : td.now() + this.#intervalUs / 1e3
    while (!(yield* this.#poll(td))) yield YIELD
    if (leastMs > 0) yield* this.#untilMs(td, leastMs)
    while (!memory.settled()) yield SETTLE
    this.#interrupt.arm()
    if (this.queue.isEmpty()) return
    while (!memory.claimed(this.at)) yield SETTLE
    this.#interrupt.mask()
  }

  /** Takes a budget at most; true when that was all there was. */
  *#poll(td: Waiter): Waiting<boolean> {
    const { memory } = this.netisr
    this.#counts.polls++
    for (let left = this.#budget; left > 0; left--) {
      while (!memory.settled()) yield SETTLE
      const packet = this.queue.take(td)
      if (packet === NIL) return true
      this.#counts.packets++
      if (yield* this.#dispatch(td, packet)) continue
      this.#counts.refused++
      while (!memory.settled()) yield SETTLE
      this.queue.refused(td, packet)
      return false
    }
    return false
  }

  /** False when there was no room for the packet. */
  *#dispatch(td: Waiter, packet: Address): Waiting<boolean> {
    const { netisr } = this
    let outcome = netisr.tryDispatch(td, this.#protocol, this.#source, packet)
    if (outcome === WAIT) {
      outcome = yield* netisr.dispatch(td, this.#protocol, this.#source, packet)
    } else if (td.owesPreemption()) {
      yield PREEMPT
    }
    return outcome !== DROPPED
  }

  /** Sleeps with the interrupt masked: one that was raised before ends no sleep. */
  *#untilMs(td: Waiter, leastMs: number): Waiting {
    for (let leftMs = leastMs - td.now(); leftMs > 0; leftMs = leastMs - td.now()) {
      yield* td.lot.park(td, this.at, this.at, FIRED, until(td, { timeoutMs: leftMs }))
    }
  }
}
