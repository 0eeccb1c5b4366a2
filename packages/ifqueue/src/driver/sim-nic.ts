import { type Place } from '@smpnet/memory'
import { expectNumber, expectObject } from '../terms/expect.ts'
import type { Device } from './device.ts'
import { LinkClock } from './link-clock.ts'
import type { ModerationShape } from './moderation.ts'
import { checkQueues, DESCRIPTOR, descriptorOf, RING } from './ring-words.ts'
import {
  DOORBELL,
  type NicQueue,
  numbered,
  type SideQueue,
  sideQueue,
  SimSide,
  STATUS,
} from './sim-side.ts'

export interface NicShape {
  readonly bitsPerSecond: number
  /** From the doorbell until the device has read a descriptor and its packet. */
  readonly fetchNs: number
  readonly moderation: ModerationShape
  readonly queues: readonly NicQueue[]
}

interface QueueState extends SideQueue {
  /** Descriptors that the device has read. */
  fetched: number
  /** When each of them is out that is not yet known to be, oldest first. */
  outNs: number[]
}

/**
 * A network card of the simulated machine, as it sends: several transmit queues, one link, and
 * interrupts that are moderated for each queue; `SimReceiver` is the other side. It is no CPU: what
 * it reads and writes of memory is billed to none, but what its driver does with it is, by names
 * that a profile or a program prices, `nic-doorbell` and `nic-status`.
 *
 * Frames of all queues go out one after the other in the order in which the device was told of
 * them, and when each is out is known then. Nothing happens at that moment: the next event is the
 * interrupt, and a driver that looks before sees what is out by then.
 */
export class SimNic extends SimSide implements Device {
  readonly link: LinkClock
  readonly #fetchNs: number
  readonly #queues: readonly QueueState[]

  constructor(shape: NicShape) {
    super()
    expectObject('the shape of a card', shape)
    checkQueues(shape.queues)
    expectNumber('fetchNs', shape.fetchNs, 0, 1e9)
    this.#fetchNs = shape.fetchNs
    this.link = new LinkClock(shape.bitsPerSecond)
    this.#queues = shape.queues.map((queue) => {
      return { ...sideQueue(queue, shape.moderation), fetched: 0, outNs: [] }
    })
  }

  doorbell(place: Place, queue: number, told: number): void {
    const cpu = this.cpuOf(place)
    const state = this.queue(queue)
    const { memory } = this
    const readyNs = cpu.instant() + this.#fetchNs
    while (state.fetched !== told) {
      const slot = descriptorOf(state.ring, state.slots, state.fetched)
      const outNs = this.link.send(memory.read(slot + DESCRIPTOR.offset.bytes), readyNs)
      state.outNs.push(outNs)
      state.moderation.expect(outNs)
      state.fetched = (state.fetched + 1) | 0
    }
    this.schedule(cpu, queue)
    // Only now: what is scheduled and cancelled is so at the moment at which the caller has
    // settled.
    cpu.memory.charge(DOORBELL, 1)
  }

  advance(place: Place, queue: number): void {
    const cpu = this.cpuOf(place)
    if (this.#write(this.queue(queue), cpu.instant()) > 0) cpu.memory.charge(STATUS, 1)
  }

  reset(place: Place, queue: number): void {
    const { memory } = this
    const state = this.queue(queue)
    this.forget(queue)
    state.outNs = []
    memory.store(state.ring + RING.offset.done, memory.load(state.ring + RING.offset.told))
    this.isDead = false
    this.cpuOf(place).memory.charge(DOORBELL, 1)
  }

  /** For the handler of a queue's vector, on its CPU: what is out is written, and what next. */
  interrupted(place: Place, queue: number): void {
    const cpu = this.cpuOf(place)
    const nowNs = cpu.instant()
    this.reported(queue, nowNs)
    this.#write(this.queue(queue), nowNs)
    this.schedule(cpu, queue)
  }

  protected override queue(number: number): QueueState {
    return numbered(this.#queues, number)
  }

  /** Writes how far the device is. Returns how many frames are out that were not before. */
  #write(state: QueueState, nowNs: number): number {
    if (this.isDead) return 0
    let out = 0
    while ((state.outNs[out] ?? Number.POSITIVE_INFINITY) <= nowNs) out++
    if (out === 0) return 0
    state.outNs = state.outNs.slice(out)
    const { memory } = this
    const done = state.ring + RING.offset.done
    memory.store(done, (memory.load(done) + out) | 0)
    return out
  }
}
