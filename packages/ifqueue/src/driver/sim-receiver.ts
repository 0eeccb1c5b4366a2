import type { Address, Memory, Place } from '@smpnet/memory'
import { expectMethods, expectNumber, expectObject } from '../terms/expect.ts'
import type { Device } from './device.ts'
import type { ModerationShape } from './moderation.ts'
import { checkQueues, DESCRIPTOR, descriptorOf, RING } from './ring-words.ts'
import {
  DOORBELL,
  type NicCpu,
  type NicQueue,
  numbered,
  type SideQueue,
  sideQueue,
  SimSide,
  STATUS,
} from './sim-side.ts'

/** A frame that comes by a link. */
export interface Frame {
  /** When its last bit is there; frames of a queue come in this order. */
  readonly atNs: number
  readonly bytes: number
  /** What it is, for `NicTraffic.write`: the number of its flow. */
  readonly flow: number
}

/** What comes by the links of a card: already spread over its receive queues. */
export interface NicTraffic {
  /** The next frame of a queue; undefined when no more will come. */
  next(queue: number): Frame | undefined
  /** Writes it into a buffer, as the card does, which bills no CPU for it. */
  write(memory: Memory, buffer: Address, frame: Frame): void
}

export interface ReceiverShape {
  /** From the last bit of a frame until it, and its descriptor, are in memory. */
  readonly storeNs: number
  readonly moderation: ModerationShape
  readonly queues: readonly NicQueue[]
  readonly traffic: NicTraffic
}

interface QueueState extends SideQueue {
  /** Frames that are to come, oldest first, as many as an interrupt may be for. */
  coming: { readonly frame: Frame; readonly storedNs: number }[]
  /** Frames that came, and those of them for which there was no buffer. */
  came: number
  missed: number
  isPolled: boolean
}

/**
 * The receive side of a network card of the simulated machine: frames come to its queues by a
 * traffic, into the buffers that drivers have given it, and interrupts are moderated for
 * each queue.
 *
 * Nothing happens when a frame comes: what has come is reckoned when the driver looks, or the
 * interrupt comes, which is an event. Between two looks no buffer is given to the card, so that the
 * frames that find none are exactly those that would have found none then.
 */
export class SimReceiver extends SimSide implements Device {
  readonly #shape: ReceiverShape
  readonly #queues: readonly QueueState[]

  constructor(shape: ReceiverShape) {
    super()
    expectObject('the shape of a card', shape)
    checkQueues(shape.queues)
    expectNumber('storeNs', shape.storeNs, 0, 1e9)
    expectMethods('traffic', shape.traffic, 'next', 'write')
    this.#shape = shape
    this.#queues = shape.queues.map((queue) => {
      return {
        ...sideQueue(queue, shape.moderation),
        coming: [],
        came: 0,
        missed: 0,
        isPolled: false,
      }
    })
  }

  /** There are buffers up to the count `told`: the first time, frames begin to come. */
  doorbell(place: Place, queue: number): void {
    const cpu = this.cpuOf(place)
    this.#write(queue, cpu.instant())
    this.#expect(queue)
    this.schedule(cpu, queue)
    cpu.memory.charge(DOORBELL, 1)
  }

  advance(place: Place, queue: number): void {
    const cpu = this.cpuOf(place)
    if (this.#write(queue, cpu.instant()) > 0) cpu.memory.charge(STATUS, 1)
  }

  /** What came while the driver looked by itself is not interrupted for. */
  polled(place: Place, queue: number, isPolled: boolean): void {
    const cpu = this.cpuOf(place)
    const state = this.queue(queue)
    const nowNs = cpu.instant()
    this.#write(queue, nowNs)
    state.isPolled = isPolled
    state.alarm?.cancel()
    state.alarm = undefined
    if (!isPolled) {
      state.moderation.report(nowNs)
      this.schedule(cpu, queue)
    }
    cpu.memory.charge(DOORBELL, 1)
  }

  /** What has not come yet is lost, and the buffers are given back as they are. */
  reset(place: Place, queue: number): void {
    const { memory } = this
    const state = this.queue(queue)
    this.forget(queue)
    state.coming = []
    for (let n = this.#done(state); n !== this.#told(state); n = (n + 1) | 0) {
      memory.write(descriptorOf(state.ring, state.slots, n) + DESCRIPTOR.offset.bytes, 0)
    }
    memory.store(state.ring + RING.offset.done, this.#told(state))
    this.isDead = false
    this.cpuOf(place).memory.charge(DOORBELL, 1)
  }

  /** For the handler of a queue's vector, on its CPU: what came is written, and what next. */
  interrupted(place: Place, queue: number): void {
    const cpu = this.cpuOf(place)
    const nowNs = cpu.instant()
    this.#write(queue, nowNs)
    this.reported(queue, nowNs)
    this.schedule(cpu, queue)
  }

  /** Frames that came to a queue, and those that found no buffer. */
  counts(queue: number): { came: number; missed: number } {
    const { came, missed } = this.queue(queue)
    return { came, missed }
  }

  protected override queue(number: number): QueueState {
    return numbered(this.#queues, number)
  }

  protected override schedule(cpu: NicCpu, number: number): void {
    if (!this.queue(number).isPolled) super.schedule(cpu, number)
  }

  /** Has as many frames known as an interrupt may be for, since it may be for the last of them. */
  #expect(queue: number): void {
    const state = this.queue(queue)
    const { traffic, moderation, storeNs } = this.#shape
    while (state.coming.length < moderation.frames) {
      const frame = traffic.next(queue)
      if (frame === undefined) return
      const storedNs = frame.atNs + storeNs
      state.coming.push({ frame, storedNs })
      state.moderation.expect(storedNs)
    }
  }

  /** Writes what has come by now, and returns how many frames found a buffer. */
  #write(queue: number, nowNs: number): number {
    const state = this.queue(queue)
    if (this.isDead) return 0
    const told = this.#told(state)
    const before = this.#done(state)
    let done = before
    for (;;) {
      const next = state.coming[0]
      if (next === undefined || next.storedNs > nowNs) break
      state.coming.shift()
      state.came++
      if (done === told) state.missed++
      else {
        this.#store(state, done, next.frame)
        done = (done + 1) | 0
      }
      this.#expect(queue)
    }
    if (done !== before) this.memory.store(state.ring + RING.offset.done, done)
    return (done - before) | 0
  }

  #store({ ring, slots }: QueueState, count: number, frame: Frame): void {
    const { memory } = this
    const slot = descriptorOf(ring, slots, count)
    this.#shape.traffic.write(memory, memory.read(slot + DESCRIPTOR.offset.packet), frame)
    memory.write(slot + DESCRIPTOR.offset.bytes, frame.bytes)
  }

  #told({ ring }: QueueState): number {
    return this.memory.load(ring + RING.offset.told)
  }

  #done({ ring }: QueueState): number {
    return this.memory.load(ring + RING.offset.done)
  }
}
