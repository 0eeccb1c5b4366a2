import { type Address, Arena, CACHE_LINE_BYTES, type Memory } from '@smpnet/memory'
import { Lot, type Waiter } from '@smpnet/park'
import {
  CalmMemory,
  CalmWaker,
  type Checker,
  ModelLock,
  StillWaiter,
  untilPosted,
} from '@smpnet/park/model'
import { Fifo } from '../discipline/fifo.ts'
import type { Handoff } from '../handoff/handoff.ts'
import type { HandoffEntry } from '../handoff/handoff-table.ts'
import type { ManagedPackets } from '../terms/packets.ts'
import { ModelPort, PACKET, PORT, PORT_BYTES } from './model-port.ts'

/**
 * The world of a hand-off's models: senders, a device, and the thread of its interrupt, as threads
 * of a model checker. The hand-off and its queue are the real ones; its locks are entered in one
 * step, and the device sends all that it was told of when its interrupt's thread has a step.
 */
export interface HandoffWorldOptions {
  readonly entry: HandoffEntry
  /** How many packets each sender sends. */
  readonly packets: readonly number[]
  /** Descriptors of the device, from 1 to 4. */
  readonly slots: number
  readonly bulk?: number
  /** A planted fault: locks that exclude nobody. */
  readonly isTorn?: boolean
  readonly KindOfMemory?: typeof CalmMemory
}

/** Two lines are enough for the lock of a model. */
const LOCK_BYTES = CACHE_LINE_BYTES

export class HandoffWorld {
  readonly memory: CalmMemory
  /** The hand-off, as the thread of each sender, and at last that of the interrupt, has it. */
  readonly handoffs: readonly Handoff[]
  readonly port: ModelPort
  /** Where the hand-off is. */
  readonly at: Address
  readonly #options: HandoffWorldOptions
  readonly #locks = new Map<Address, ModelLock>()
  readonly #tds: readonly Waiter[]
  readonly #packets: readonly (readonly Address[])[]

  constructor(checker: Checker, options: HandoffWorldOptions) {
    const { packets, slots, KindOfMemory = CalmMemory } = options
    this.#options = options
    this.memory = new KindOfMemory(new SharedArrayBuffer(1 << 14), checker)
    const arena = Arena.create(this.memory)
    const threads = packets.length + 2
    const lots = Lot.place(arena, { buckets: 1, cpus: threads, threads: 1, waiters: threads })
    const at = this.#placeHandoff(arena)
    this.at = at
    this.port = new ModelPort(this.memory, arena.place('port', PORT_BYTES), slots)
    this.#packets = packets.map((count, sender) => this.#placePackets(arena, sender, count))
    this.#tds = Array.from({ length: threads }, (_, cpu) => {
      return StillWaiter.of(new Lot(this.memory, lots, new CalmWaker(this.memory), cpu))
    })
    this.handoffs = this.#tds.map(() => this.#open(at))
  }

  /** Sender `number` sends all its packets. */
  send(number: number): void {
    const handoff = this.handoffs[number]!
    for (const packet of this.#packets[number]!) {
      untilPosted(this.#tds[number]!, handoff.send(this.#tds[number]!, packet))
    }
  }

  /**
   * The device, and the thread of its interrupt, until all packets of the senders from `first` on
   * have gone out: for ever, if one of them is stranded.
   */
  interrupts(first = 0): void {
    const { memory, port } = this
    const self = this.#tds.length - 2
    const [td, handoff] = [this.#tds[self]!, this.handoffs[self]!]
    const all = this.#packets.slice(first).reduce((sum, { length }) => sum + length, 0)
    let [done, out] = [0, 0]
    while (out < all) {
      memory.checker.awaitExchange(memory.words, (port.at + PORT.offset.bell) >> 2, 1, 0)
      const told = memory.load(port.at + PORT.offset.told)
      for (; done < told; done++) {
        const packet = memory.read(port.slotOf(done))
        if (memory.read(packet + PACKET.offset.sender) >= first) out++
      }
      memory.store(port.at + PORT.offset.done, done)
      untilPosted(td, handoff.complete(td))
    }
  }

  /** The undertaker of sender `dead`: lets its locks go, and what it would have done be done. */
  bury(dead: number): void {
    for (const lock of this.#locks.values()) lock.bury(dead)
    const self = this.#tds.length - 1
    untilPosted(this.#tds[self]!, this.handoffs[self]!.bury(this.#tds[self]!, dead))
  }

  /** How often each packet of a sender has gone out and was freed. For the end. */
  gone(sender: number): number[] {
    return this.#packets[sender]!.map((packet) => this.memory.read(packet + PACKET.offset.gone))
  }

  /** Whether nothing is queued, and nothing with the device. For the end. */
  isEmpty(): boolean {
    const { memory, port } = this
    const read = (offset: number) => memory.read(port.at + offset)
    const isWithDevice = read(PORT.offset.posted) !== read(PORT.offset.done)
    return !isWithDevice && this.handoffs[0]!.queued() === 0
  }

  /** What the words of a locked hand-off's schedules are, by their numbers; for messages. */
  wordNames(): string {
    const { at } = this
    const names: [Address, string][] = [
      [at, 'the lock of the queue'],
      [at + LOCK_BYTES, 'that of the driver'],
      [at + 2 * LOCK_BYTES, 'packets in the queue, as others see it'],
      [at + 2 * LOCK_BYTES + Fifo.bytes, 'OACTIVE'],
      [this.port.at + PORT.offset.told, 'packets that the device was told of'],
      [this.port.at + PORT.offset.bell, 'its doorbell'],
      [this.port.at + PORT.offset.done, 'packets that are out'],
    ]
    return names.map(([word, name]) => `[${word >> 2}] ${name}`).join(', ')
  }

  /** Starts of the driver that gave the device nothing. For the end. */
  idleStarts(): number {
    return this.handoffs[0]!.counts().idleStarts
  }

  #placeHandoff(arena: Arena): Address {
    const { entry } = this.#options
    const bytes = entry.bytes(this.#shape(), PARTS)
    return arena.place('hand-off', Math.ceil(bytes / CACHE_LINE_BYTES) * CACHE_LINE_BYTES)
  }

  #placePackets(arena: Arena, sender: number, count: number): Address[] {
    return Array.from({ length: count }, () => {
      const packet = arena.place('packet', PACKET.size)
      this.memory.write(packet + PACKET.offset.sender, sender)
      return packet
    })
  }

  #open(at: Address): Handoff {
    const { entry, isTorn } = this.#options
    const lock = (at: Address): ModelLock => {
      const made = new ModelLock(this.memory, at, isTorn)
      this.#locks.set(at, made)
      return made
    }
    const packets = packetsOf(this.memory)
    const site = { memory: this.memory, at, shape: this.#shape(), packets, ports: [this.port] }
    return entry.over({ ...site, lock }, PARTS)
  }

  #shape() {
    return { limit: 8, queues: 1, bulk: this.#options.bulk ?? 2 }
  }
}

const PARTS = { lockBytes: LOCK_BYTES, disciplineBytes: Fifo.bytes }

function packetsOf(memory: Memory): ManagedPackets {
  return {
    nextPacket: (packet) => memory.read(packet),
    setNextPacket: (packet, next) => memory.write(packet, next),
    bytes: () => 64,
    flow: () => 0,
    band: () => 0,
    queuedAtUs: () => 0,
    setQueuedAtUs: () => {},
    markCongested: () => false,
  }
}
