import { type Address, layout, word } from '@smpnet/memory'
import type { CalmMemory } from '@smpnet/park/model'
import type { TransmitPort } from '../handoff/transmit-port.ts'

/** A transmit queue of a model. (d) is the driver, (x) is what the device and it both touch. */
export const PORT = layout('model port', {
  posted: word('m', 'driver'),
  reclaimed: word('m', 'driver'),
  told: word('x', 'told'),
  /** Whether the device has been told of something and has not looked. */
  bell: word('x', 'told'),
  done: word('x', 'done'),
})

/** Descriptors, of which as many are used as a model has. */
const SLOTS = 4
export const PORT_BYTES = PORT.size + SLOTS * 4

/** A packet: its link, its sender, and how often it has gone out. */
export const PACKET = layout('model packet', {
  next: word('o'),
  sender: word('o'),
  gone: word('o'),
  unused: word('a'),
})

/** The transmit queue of a device that sends what it is told of when it is given a step. */
export class ModelPort implements TransmitPort {
  constructor(
    readonly memory: CalmMemory,
    readonly at: Address,
    readonly slots: number,
  ) {}

  room(): number {
    const { memory, at } = this
    return this.slots - (memory.read(at + PORT.offset.posted) - this.#reclaimed())
  }

  post(packet: Address): void {
    const { memory, at } = this
    const posted = memory.read(at + PORT.offset.posted)
    memory.write(this.slotOf(posted), packet)
    memory.write(at + PORT.offset.posted, posted + 1)
  }

  flush(): void {
    const { memory, at } = this
    memory.store(at + PORT.offset.told, memory.read(at + PORT.offset.posted))
    memory.store(at + PORT.offset.bell, 1)
  }

  reclaim(): number {
    const { memory, at } = this
    const done = memory.load(at + PORT.offset.done)
    const from = this.#reclaimed()
    for (let count = from; count < done; count++) {
      const packet = memory.read(this.slotOf(count))
      memory.write(at + PORT.offset.reclaimed, count + 1)
      const gone = packet + PACKET.offset.gone
      memory.write(gone, memory.read(gone) + 1)
    }
    return done - from
  }

  slotOf(count: number): Address {
    return this.at + PORT.size + 4 * (count % this.slots)
  }

  #reclaimed(): number {
    return this.memory.read(this.at + PORT.offset.reclaimed)
  }
}
