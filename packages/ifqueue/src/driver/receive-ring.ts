import { type Address, type Memory, NIL, type Place } from '@smpnet/memory'
import { expectMethods, expectObject, expectPlace, expectWhole } from '../terms/expect.ts'
import type { Device } from './device.ts'
import { checkSlots, DESCRIPTOR, descriptorOf, RING, writeDescriptor } from './ring-words.ts'

const {
  posted: POSTED,
  reclaimed: RECLAIMED,
  told: TOLD,
  done: DONE,
  polled: POLLED,
} = RING.offset

export interface ReceiveRingSite {
  readonly memory: Memory
  /** `ringBytes` of its slots, at the start of a cache line, all zero at first. */
  readonly at: Address
  /** Descriptors: a power of two. */
  readonly slots: number
  readonly device: Device
  /** Which ring of the device it is. */
  readonly queue: number
}

/**
 * A receive ring as its driver uses it: plain code of the thread of its interrupt, which alone has
 * it. The driver gives the device buffers; the device fills them in their order and says how many
 * bytes; what comes when it has none is missed, and counted by it.
 *
 * A driver that has much to do polls, as those of Linux do by NAPI: it turns interrupts off, takes
 * what comes until there is no more, and turns them on again. A frame may come between the two:
 *
 *     ring.poll(place)
 *     do for (let at = ring.take(place); at !== NIL; at = ring.take(place)) …
 *     while (!ring.awaitInterrupt(place))
 *
 * The driver writes the word that says so and then looks for frames, and the device counts a frame
 * and then looks at the word, all sequentially consistent: one of the two sees the other (Dekker).
 */
export class ReceiveRing {
  readonly #memory: Memory
  readonly #at: Address
  readonly #site: ReceiveRingSite
  #bytes = 0

  constructor(site: ReceiveRingSite) {
    expectObject('where a ring is', site)
    expectPlace('a ring', site.memory, site.at)
    checkSlots(site.slots)
    expectWhole('queue', site.queue, 0, 255)
    expectMethods('device', site.device, 'doorbell', 'advance', 'reset')
    this.#memory = site.memory
    this.#at = site.at
    this.#site = site
  }

  /** How many buffers the device could have besides. */
  room(): number {
    const memory = this.#memory
    const out = (memory.read(this.#at + POSTED) - memory.read(this.#at + RECLAIMED)) | 0
    return this.#site.slots - out
  }

  /** Gives the device a buffer of `bytes` bytes. Only where there is room. */
  fill(buffer: Address, bytes: number): void {
    writeDescriptor(this.#memory, this.#at, this.#site.slots, buffer, bytes)
  }

  /** Tells the device of what it was given. */
  flush(place: Place): void {
    const memory = this.#memory
    const posted = memory.read(this.#at + POSTED)
    if (posted === memory.load(this.#at + TOLD)) return
    this.#site.device.doorbell(place, this.#site.queue, posted)
    memory.store(this.#at + TOLD, posted)
  }

  /** The next packet that has come, or NIL; `bytes` says how long it is. */
  take(place: Place): Address {
    const memory = this.#memory
    const count = memory.read(this.#at + RECLAIMED)
    if (count === memory.load(this.#at + DONE)) {
      this.#site.device.advance(place, this.#site.queue)
      if (count === memory.load(this.#at + DONE)) return NIL
    }
    const slot = descriptorOf(this.#at, this.#site.slots, count)
    const packet = memory.read(slot + DESCRIPTOR.offset.packet)
    this.#bytes = memory.read(slot + DESCRIPTOR.offset.bytes)
    memory.write(this.#at + RECLAIMED, (count + 1) | 0)
    return packet
  }

  /** No interrupts from now on, except one that is under way: this driver looks by itself. */
  poll(place: Place): void {
    this.#memory.store(this.#at + POLLED, 1)
    this.#site.device.polled?.(place, this.#site.queue, true)
  }

  /**
   * The device is to interrupt again. False if a frame has come for which it may not: the driver
   * takes it first, and asks again.
   */
  awaitInterrupt(place: Place): boolean {
    const memory = this.#memory
    memory.store(this.#at + POLLED, 0)
    this.#site.device.polled?.(place, this.#site.queue, false)
    return memory.read(this.#at + RECLAIMED) === memory.load(this.#at + DONE)
  }

  /** Bytes of the packet that was taken last. */
  get bytes(): number {
    return this.#bytes
  }
}
