import { type Address, NIL, SETTLE } from '@smpnet/memory'
import { QUEUED, type ReceiveRing, type SimReceiver } from '@smpnet/ifqueue/interface'
import { DROPPED, type Handler, type Netisr, WAIT } from '@smpnet/netisr'
import { PREEMPT, until, type Waiter, type Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import type { KernelSlice } from '../../model/kernel-slice.ts'
import { FORWARD_PACKET } from '../forward/forwarder.ts'
import type { OpenInterface } from '../interfaces/open-interface.ts'
import { PARTS } from './route-settings.ts'
import type { RouteTables } from './route-tables.ts'

export const PROTOCOL = 1
/** Buffers that are given to the card at a time: iflib's refill. */
const REFILL = 32
/** A router looks at least so often whether its slice is over. */
const LONGEST_WAIT_MS = 0.1

export const TALLY = {
  sent: 'sent',
  came: 'came',
  missed: 'missed by the card',
  dropped: 'dropped by queues',
  interrupts: 'interrupts to receive',
} as const

/** What one CPU of a router works with. */
export interface RouterParts {
  readonly open: OpenInterface
  readonly tables: RouteTables
  readonly card: SimReceiver
  readonly ring: ReceiveRing
  /** (x) Where the handler of the card's interrupt and this thread meet. */
  readonly bell: Address
  readonly cpu: number
}

/** What one CPU has done, as its client reports it. */
export class RouterCounts implements Handler {
  sent = 0
  dropped = 0
  interrupts = 0
  slice: KernelSlice | undefined

  constructor(readonly of: Pick<RouterParts, 'open' | 'tables'>) {}

  /** A packet takes locks, for which it may wait. */
  tryInput(): boolean {
    return false
  }

  /** Looks the way of a packet up, and hands it to the interface. */
  *input(td: Waiter, packet: Address): Waiting {
    const { open, tables } = this.of
    const { packets, handoff } = open
    const { memory } = packets
    memory.charge(FORWARD_PACKET, PARTS.look)
    const cameNs = packets.cameNs(packet)
    yield* tables.lookUp(td as Thread, packets.destination(packet))
    memory.charge(FORWARD_PACKET, PARTS.send)
    while (!memory.settled()) yield SETTLE
    if ((yield* handoff.send(td, packet)) !== QUEUED) {
      while (!memory.settled()) yield SETTLE
      packets.free(packet)
      this.dropped++
      return
    }
    this.sent++
    while (!memory.settled()) yield SETTLE
    this.slice?.record(this.slice.nowNs() - cameNs)
  }
}

/**
 * The thread of one receive queue's interrupt: takes what has come, has netisr dispatch it, and
 * gives the card buffers, of which a CPU has a row that it goes round.
 */
export class Router {
  #next = 0

  constructor(
    readonly parts: RouterParts,
    readonly netisr: Netisr,
    readonly counts: RouterCounts,
  ) {}

  /** Gives the card its first buffers: frames begin to come. */
  *begin(td: Thread): Waiting {
    while (!td.lot.memory.settled()) yield SETTLE
    this.#refill(td, 1)
  }

  /** Routes until the slice is done; returns how many packets were sent on. */
  *run(td: Thread, slice: KernelSlice): Waiting<number> {
    const { card, cpu } = this.parts
    const { counts } = this
    const [{ sent, dropped, interrupts }, before] = [{ ...counts }, card.counts(cpu)]
    counts.slice = slice
    while (!slice.done()) {
      if (!(yield* this.#drain(td, slice))) yield* this.#wait(td)
    }
    counts.slice = undefined
    const { came, missed } = card.counts(cpu)
    slice.tally(TALLY.sent, counts.sent - sent)
    slice.tally(TALLY.dropped, counts.dropped - dropped)
    slice.tally(TALLY.interrupts, counts.interrupts - interrupts)
    slice.tally(TALLY.came, came - before.came)
    slice.tally(TALLY.missed, missed - before.missed)
    return counts.sent - sent
  }

  /** The card has interrupted, or the slice may be over. */
  *#wait(td: Thread): Waiting {
    const { memory } = td.lot
    const { bell } = this.parts
    while (!memory.claimed(bell)) yield SETTLE
    if (memory.exchange(bell, 0) !== 0) return
    yield* td.lot.park(td, bell, bell, 0, until(td, { timeoutMs: LONGEST_WAIT_MS }))
  }

  /** Takes all that is there. False when nothing was. */
  *#drain(td: Thread, slice: KernelSlice): Waiting<boolean> {
    const { memory } = td.lot
    const { ring } = this.parts
    let count = 0
    while (!slice.done()) {
      while (!memory.settled()) yield SETTLE
      const packet = ring.take(td)
      if (packet === NIL) break
      count++
      yield* this.#receive(td, packet)
      while (!memory.settled()) yield SETTLE
      this.#refill(td, REFILL)
      if (td.owesPreemption()) yield PREEMPT
    }
    while (!memory.settled()) yield SETTLE
    this.#refill(td, 1)
    return count > 0
  }

  *#receive(td: Thread, packet: Address): Waiting {
    const { netisr } = this
    const { open, cpu } = this.parts
    const { memory } = td.lot
    memory.charge(FORWARD_PACKET, PARTS.receive)
    while (!memory.settled()) yield SETTLE
    let outcome = netisr.tryDispatch(td, PROTOCOL, cpu, packet)
    if (outcome === WAIT) outcome = yield* netisr.dispatch(td, PROTOCOL, cpu, packet)
    if (outcome !== DROPPED) return
    while (!memory.settled()) yield SETTLE
    open.packets.free(packet)
    this.counts.dropped++
  }

  /** Once there is room for `least`, fills it with buffers that are not out any more. */
  #refill(td: Thread, least: number): void {
    const { open, ring, cpu } = this.parts
    if (ring.room() < least) return
    const { packets } = open
    for (let room = ring.room(); room > 0; room--) {
      const packet = packets.of(cpu, this.#next)
      if (!packets.tryMake(packet, 0)) break
      this.#next++
      ring.fill(packet, BUFFER_BYTES)
    }
    ring.flush(td)
  }
}

const BUFFER_BYTES = 64
