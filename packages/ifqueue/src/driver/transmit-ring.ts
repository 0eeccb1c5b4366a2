import type { Address, Memory, Place } from '@smpnet/memory'
import type { TransmitPort } from '../handoff/transmit-port.ts'
import {
  expectFunction,
  expectMethods,
  expectObject,
  expectPlace,
  expectWhole,
} from '../terms/expect.ts'
import type { Packets } from '../terms/packets.ts'
import type { Device } from './device.ts'
import { checkSlots, DESCRIPTOR, descriptorOf, RING, writeDescriptor } from './ring-words.ts'

const { posted: POSTED, reclaimed: RECLAIMED, told: TOLD, done: DONE } = RING.offset
const { patience: PATIENCE, fired: FIRED, errors: ERRORS, resets: RESETS } = RING.offset

/** Seconds that FreeBSD's drivers give a device: if_timer = 5, in ticks of a second. */
const TIMEOUT_TICKS = 5

export interface TransmitRingSite {
  readonly memory: Memory
  /** `ringBytes` of its slots, at the start of a cache line, all zero at first. */
  readonly at: Address
  /** Descriptors: a power of two. */
  readonly slots: number
  readonly device: Device
  /** Which ring of the device it is. */
  readonly queue: number
  readonly packets: Packets
  /** Takes a packet that has gone out: plain code under the driver's lock. */
  readonly free: (packet: Address) => void
  /** Ticks of the watchdog that a device may be silent with packets; 5 unless told. */
  readonly timeoutTicks?: number
}

/**
 * A transmit ring as its driver uses it, plain code under the driver's lock; each thread has an
 * object of its own. The watchdog is a count of ticks in the ring: `tick`, once a second by
 * whatever calls it, says when a device has had packets and finished none for too long. The next
 * `reclaim` has the device forget them then, as a driver's watchdog routine does, and takes them
 * back.
 */
export class TransmitRing implements TransmitPort {
  readonly #memory: Memory
  readonly #at: Address
  readonly #site: TransmitRingSite
  readonly #timeout: number

  constructor(site: TransmitRingSite) {
    expectObject('where a ring is', site)
    expectPlace('a ring', site.memory, site.at)
    expectFunction('free', site.free)
    const { memory, at, slots, device, queue, timeoutTicks = TIMEOUT_TICKS } = site
    checkSlots(slots)
    expectWhole('queue', queue, 0, 255)
    expectWhole('timeoutTicks', timeoutTicks, 1, 1 << 20)
    expectMethods('device', device, 'doorbell', 'advance', 'reset')
    expectMethods('packets', site.packets, 'bytes')
    this.#memory = memory
    this.#at = at
    this.#site = site
    this.#timeout = timeoutTicks
  }

  room(): number {
    return this.#site.slots - this.outstanding()
  }

  /** Descriptors that are not taken back. */
  outstanding(): number {
    const memory = this.#memory
    return (memory.read(this.#at + POSTED) - memory.read(this.#at + RECLAIMED)) | 0
  }

  post(packet: Address): void {
    const { slots, packets } = this.#site
    writeDescriptor(this.#memory, this.#at, slots, packet, packets.bytes(packet))
  }

  flush(place: Place): void {
    const memory = this.#memory
    const posted = memory.read(this.#at + POSTED)
    this.#site.device.doorbell(place, this.#site.queue, posted)
    memory.store(this.#at + PATIENCE, this.#timeout)
    memory.store(this.#at + TOLD, posted)
  }

  reclaim(place: Place): number {
    const memory = this.#memory
    const { device, queue } = this.#site
    const hasFired = memory.load(this.#at + FIRED) !== 0
    if (hasFired) device.reset(place, queue)
    else device.advance(place, queue)
    const count = this.#takeBack(memory.load(this.#at + DONE))
    if (hasFired) this.#countReset(count)
    return count
  }

  /**
   * A tick of the watchdog, for any context; true when the device has been silent for too long: the
   * caller sees to it that `reclaim` is called, as by the thread of the device's interrupt.
   */
  tick(): boolean {
    const memory = this.#memory
    const left = memory.load(this.#at + PATIENCE)
    if (left === 0) return false
    memory.store(this.#at + PATIENCE, left - 1)
    if (left > 1) return false
    memory.store(this.#at + FIRED, 1)
    return true
  }

  /** Times that the watchdog had the device reset, and packets that were lost by that. */
  counts(): { resets: number; errors: number } {
    const memory = this.#memory
    return {
      resets: memory.load(this.#at + RESETS) >>> 0,
      errors: memory.load(this.#at + ERRORS) >>> 0,
    }
  }

  #takeBack(done: number): number {
    const memory = this.#memory
    const { slots, free } = this.#site
    const from = memory.read(this.#at + RECLAIMED)
    for (let count = from; count !== done; count = (count + 1) | 0) {
      const packet = memory.read(descriptorOf(this.#at, slots, count) + DESCRIPTOR.offset.packet)
      memory.write(this.#at + RECLAIMED, (count + 1) | 0)
      free(packet)
    }
    const isIdle = done === memory.read(this.#at + POSTED)
    if (done !== from) memory.store(this.#at + PATIENCE, isIdle ? 0 : this.#timeout)
    return (done - from) | 0
  }

  #countReset(lost: number): void {
    const memory = this.#memory
    memory.store(this.#at + FIRED, 0)
    memory.write(this.#at + RESETS, memory.read(this.#at + RESETS) + 1)
    memory.write(this.#at + ERRORS, memory.read(this.#at + ERRORS) + lost)
  }
}
