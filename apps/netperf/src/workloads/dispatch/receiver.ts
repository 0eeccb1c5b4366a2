import { type Address, NIL, SETTLE, work, type Zone } from '@smpnet/memory'
import { DROPPED, type Netisr, WAIT } from '@smpnet/netisr'
import { FOREVER, PREEMPT, until, type Waiting, YIELD } from '@smpnet/park'
import { Priority, type Thread } from '@smpnet/scheduler'
import type { KernelSlice } from '../../model/kernel-slice.ts'
import type { DispatchSettings, ReceiverName } from './dispatch-settings.ts'
import type { Packets } from './packet.ts'
import type { ReceiveQueue } from './receive-queue.ts'
import type { RegistryLock } from './registry-lock.ts'
import type { Rounds } from './rounds.ts'

export const RECEIVE_PACKET = work('receive-packet')
/** The number of the one protocol. */
export const PROTOCOL = 1

/** Shares are recorded in so many parts. */
export const PARTS = 1e6
/** Receivers look at least so often whether a slice is over. */
const LONGEST_SLEEP_NS = 1e5

/** Workers have the priority of interrupt threads. */
export const RECEIVER_PRIORITY: Readonly<Record<ReceiverName, number>> = {
  interrupt: Priority.interrupt / 2,
  polled: Priority.interrupt,
  thread: Priority.kernel,
}

/** What a receiver works with. */
export interface Reception {
  readonly queue: ReceiveQueue
  readonly netisr: Netisr
  readonly packets: Packets
  readonly zone: Zone
  readonly registry: RegistryLock | undefined
  readonly settings: DispatchSettings
  readonly rounds: Rounds
}

/**
 * Takes the packets of one receive queue and has netisr dispatch them. When the queue is empty it
 * waits for the interrupt of the next packet, which comes no sooner than `intervalNs` after the
 * last one; until it is empty again there is none.
 */
export class Receiver {
  #dropped = 0
  /** When the queue interrupted last. */
  #wokeNs = 0

  constructor(readonly of: Reception) {}

  /** Receives until the slice is done. */
  *run(td: Thread, slice: KernelSlice): Waiting {
    const { queue, rounds } = this.of
    const before = queue.came
    const gone = queue.lost + this.#dropped
    rounds.begin()
    queue.resume(slice.nowNs())
    while (!slice.done() && !rounds.isOver) {
      queue.admit(slice.nowNs())
      if (queue.isEmpty) yield* this.#wait(td, slice)
      else yield* this.#turn(td, slice)
    }
    queue.pause(slice.nowNs())
    const came = queue.came - before
    const lost = queue.lost + this.#dropped - gone
    if (came > 0) slice.recorder('lost').record(Math.round((lost / came) * PARTS))
  }

  /** A sleep that is short is its own: receivers that waited by one word would meet at its line. */
  *#wait(td: Thread, slice: KernelSlice): Waiting {
    const { queue, rounds, settings } = this.of
    const dueNs = Math.max(queue.dueNs, this.#wokeNs + settings.intervalNs)
    const leftNs = Math.max(1, dueNs - slice.nowNs())
    if (leftNs <= LONGEST_SLEEP_NS) {
      yield* td.sleep(leftNs)
      this.#wokeNs = slice.nowNs()
      return
    }
    const mostNs = td.cpu === settings.leader ? LONGEST_SLEEP_NS : leftNs
    const limit = mostNs < Infinity ? until(td, { timeoutMs: mostNs / 1e6 }) : FOREVER
    yield* rounds.wait(td, limit)
  }

  /**
   * Takes packets until there are none; one that polls takes a budget at most, ends early when
   * netisr has no room, so that what is too much is dropped by the card, and lets others have the
   * CPU.
   */
  *#turn(td: Thread, slice: KernelSlice): Waiting {
    const { queue, settings } = this.of
    const isPolled = settings.receiver === 'polled'
    for (let left = isPolled ? settings.budget : Number.POSITIVE_INFINITY; left > 0; left--) {
      queue.take(slice.nowNs())
      const isTaken = yield* this.#receive(td)
      if ((isPolled && !isTaken) || slice.done()) break
      queue.admit(slice.nowNs())
      if (queue.isEmpty) break
    }
    if (isPolled) yield YIELD
  }

  /** False when the packet was dropped. */
  *#receive(td: Thread): Waiting<boolean> {
    const { queue, netisr, packets, zone, registry } = this.of
    const { memory } = packets
    memory.charge(RECEIVE_PACKET, 1)
    let packet = zone.tryAlloc(td)
    if (packet === NIL) packet = yield* this.#alloc(td)
    if (packet === NIL) return this.#drop()
    packets.open(packet, queue.flow, queue.timeNs)
    while (!memory.settled()) yield SETTLE
    if (registry !== undefined) yield* registry.enter(td)
    let outcome = netisr.tryDispatch(td, PROTOCOL, queue.source, packet)
    if (outcome === WAIT) outcome = yield* netisr.dispatch(td, PROTOCOL, queue.source, packet)
    else if (td.owesPreemption()) yield PREEMPT
    if (registry !== undefined) {
      while (!memory.settled()) yield SETTLE
      yield* registry.exit(td)
    }
    if (outcome !== DROPPED) return true
    if (!zone.tryFree(td, packet)) yield* zone.free(td, packet)
    return this.#drop()
  }

  *#alloc(td: Thread): Waiting<Address> {
    while (!this.of.packets.memory.settled()) yield SETTLE
    return yield* this.of.zone.alloc(td)
  }

  #drop(): boolean {
    this.#dropped++
    return false
  }
}
