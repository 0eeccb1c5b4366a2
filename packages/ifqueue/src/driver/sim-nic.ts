import { type Address, type Memory, type Place, PricedMemory, work } from '@smpnet/memory'
import { expectMethods, expectNumber, expectWhole } from '../terms/expect.ts'
import type { Device } from './device.ts'
import { LinkClock } from './link-clock.ts'
import { Moderation, type ModerationShape } from './moderation.ts'
import { checkSlots, DESCRIPTOR, descriptorOf, RING } from './ring-words.ts'

/**
 * A network card of the simulated machine: several transmit queues, one link, and interrupts that
 * are moderated for each queue. It is no CPU: what it reads and writes of memory is billed to none,
 * but what its driver does with it is, by names that a profile or a program prices:
 *
 * - `nic-doorbell`: a write to a register of the device, which leaves the CPU by PCI Express
 * - `nic-status`: the first look at what the device has written, which was not in a cache
 *
 * Frames of all queues go out one after the other in the order in which the device was told of
 * them, and when each is out is known then. Nothing happens at that moment: the next event is the
 * interrupt, and a driver that looks before sees what is out by then.
 */
const DOORBELL = work('nic-doorbell')
const STATUS = work('nic-status')

/**
 * A CPU of the simulated machine, as the card uses it; `SimCpu` of `@smpnet/machine/sim` is one.
 */
export interface NicCpu {
  readonly id: number
  readonly memory: Memory
  instant(): number
  interrupt(target: number, delayNs: number, vector: number): { cancel(): void }
}

export interface NicQueue {
  /** Where its ring is, and how many descriptors that has. */
  readonly ring: Address
  readonly slots: number
  /** The CPU that it interrupts, and by which vector. */
  readonly cpu: number
  readonly vector: number
}

export interface NicShape {
  readonly bitsPerSecond: number
  /** From the doorbell until the device has read a descriptor and its packet. */
  readonly fetchNs: number
  readonly moderation: ModerationShape
  readonly queues: readonly NicQueue[]
}

interface QueueState extends NicQueue {
  /** Descriptors that the device has read. */
  fetched: number
  /** When each of them is out that is not yet known to be, oldest first. */
  outNs: number[]
  readonly moderation: Moderation
  alarm: { cancel(): void } | undefined
  alarmNs: number
}

export class SimNic implements Device {
  readonly link: LinkClock
  /** Interrupts that it has made. */
  interrupts = 0
  /** A device that no longer answers, for tests of what then happens. */
  isDead = false
  readonly #shape: NicShape
  readonly #queues: readonly QueueState[]
  readonly #cpus: NicCpu[] = []
  #observed: Memory | undefined

  constructor(shape: NicShape) {
    expectNumber('fetchNs', shape.fetchNs, 0, 1e9)
    this.#shape = shape
    this.link = new LinkClock(shape.bitsPerSecond)
    this.#queues = shape.queues.map((queue) => {
      checkSlots(queue.slots)
      const moderation = new Moderation(shape.moderation)
      return { ...queue, fetched: 0, outNs: [], moderation, alarm: undefined, alarmNs: 0 }
    })
  }

  /** A CPU whose drivers use the card. */
  attach(cpu: NicCpu): void {
    expectMethods('a CPU of a simulated machine', cpu, 'instant', 'interrupt')
    this.#cpus[cpu.id] = cpu
    if (!(cpu.memory instanceof PricedMemory)) {
      throw new TypeError('a simulated card is used by CPUs of a simulated machine')
    }
    this.#observed ??= cpu.memory.unbilled()
  }

  doorbell(place: Place, queue: number, told: number): void {
    const cpu = this.#cpuOf(place)
    const state = this.#queueOf(queue)
    const memory = this.#observed as Memory
    const readyNs = cpu.instant() + this.#shape.fetchNs
    while (state.fetched !== told) {
      const slot = descriptorOf(state.ring, state.slots, state.fetched)
      const outNs = this.link.send(memory.read(slot + DESCRIPTOR.offset.bytes), readyNs)
      state.outNs.push(outNs)
      state.moderation.expect(outNs)
      state.fetched = (state.fetched + 1) | 0
    }
    this.#schedule(cpu, queue)
    // Only now: what is scheduled and cancelled is so at the moment at which the caller has
    // settled.
    cpu.memory.charge(DOORBELL, 1)
  }

  advance(place: Place, queue: number): void {
    const cpu = this.#cpuOf(place)
    if (this.#write(this.#queueOf(queue), cpu.instant()) > 0) cpu.memory.charge(STATUS, 1)
  }

  reset(place: Place, queue: number): void {
    const state = this.#queueOf(queue)
    state.alarm?.cancel()
    state.alarm = undefined
    state.moderation.clear()
    state.outNs = []
    const memory = this.#observed as Memory
    memory.store(state.ring + RING.offset.done, memory.load(state.ring + RING.offset.told))
    this.isDead = false
    this.#cpuOf(place).memory.charge(DOORBELL, 1)
  }

  /** For the handler of a queue's vector, on its CPU: what is out is written, and what next. */
  interrupted(place: Place, queue: number): void {
    const cpu = this.#cpuOf(place)
    const state = this.#queueOf(queue)
    const nowNs = cpu.instant()
    this.interrupts++
    state.alarm = undefined
    state.moderation.report(nowNs)
    this.#write(state, nowNs)
    this.#schedule(cpu, queue)
  }

  /** Writes how far the device is. Returns how many frames are out that were not before. */
  #write(state: QueueState, nowNs: number): number {
    if (this.isDead) return 0
    let out = 0
    while ((state.outNs[out] ?? Number.POSITIVE_INFINITY) <= nowNs) out++
    if (out === 0) return 0
    state.outNs = state.outNs.slice(out)
    const memory = this.#observed as Memory
    const done = state.ring + RING.offset.done
    memory.store(done, (memory.load(done) + out) | 0)
    return out
  }

  /** Has the interrupt come when it is due, which may be earlier than was known before. */
  #schedule(cpu: NicCpu, queue: number): void {
    const state = this.#queueOf(queue)
    const dueNs = state.moderation.dueNs()
    if (dueNs === Number.POSITIVE_INFINITY || this.isDead) return
    if (state.alarm !== undefined && state.alarmNs <= dueNs) return
    state.alarm?.cancel()
    const delayNs = Math.max(0, dueNs - cpu.instant())
    state.alarm = cpu.interrupt(state.cpu, delayNs, state.vector)
    state.alarmNs = dueNs
  }

  #queueOf(queue: number): QueueState {
    expectWhole('queue', queue, 0, this.#queues.length - 1)
    return this.#queues[queue]!
  }

  #cpuOf({ cpu }: Place): NicCpu {
    const found = this.#cpus[cpu]
    if (found !== undefined) return found
    throw new RangeError(`a card is used by CPUs that were attached to it: CPU ${cpu} came`)
  }
}
