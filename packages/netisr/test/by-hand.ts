import { type Address, Arena, LiveMemory } from '@smpnet/memory'
import { Lot, type Waiter, type Waiting, type Waker } from '@smpnet/park'
import {
  Netisr,
  type NetisrOptions,
  type NetisrShape,
  type PacketLinks,
  type Protocol,
} from '../src/index.ts'

/** Packets by hand: a word each for the link, for the flow, and for when it came. */
export class HandLinks implements PacketLinks {
  constructor(readonly memory: LiveMemory) {}

  nextPacket(packet: Address): Address {
    return this.memory.read(packet)
  }

  setNextPacket(packet: Address, next: Address): void {
    this.memory.write(packet, next)
  }

  flow(packet: Address): number {
    return this.memory.read(packet + 4)
  }

  arrivedUs(packet: Address): number {
    return this.memory.read(packet + 8)
  }
}

class CountingWaker implements Waker {
  wakes = 0

  wake(): boolean {
    this.wakes++
    return false
  }
}

/** A netisr whose worker, if any, the test drives itself. */
export function netisrByHand(shape: Partial<NetisrShape> = {}, options: NetisrOptions = {}) {
  const memory = LiveMemory.create(1 << 16)
  const arena = Arena.create(memory)
  const lots = Lot.place(arena, { cpus: 4, buckets: 4, waiters: 8 })
  const waker = new CountingWaker()
  const lotOf = (cpu: number): Lot => new Lot(memory, lots, waker, cpu)
  const handle = Netisr.place(arena, { cpus: 4, ...shape })
  const view = (): Netisr => new Netisr(memory, handle, new HandLinks(memory), options)
  const packet = (flow = 0): Address => {
    const at = arena.place('packet', 64)
    memory.write(at + 4, flow)
    return at
  }
  const td = (cpu = 0): Waiter => lotOf(cpu).waiter()
  return { memory, handle, view, netisr: view(), packet, td, lotOf, waker }
}

export type ByHand = ReturnType<typeof netisrByHand>

/** A protocol that notes what it takes, and would have to wait for the packets of `waits`. */
export function noting(more: Partial<Protocol> = {}, waits: readonly Address[] = []) {
  const taken: Address[] = []
  const handler = {
    tryInput(_td: Waiter, packet: Address): boolean {
      if (waits.includes(packet)) return false
      taken.push(packet)
      return true
    },
    // oxlint-disable-next-line require-yield
    *input(_td: Waiter, packet: Address): Waiting {
      taken.push(packet)
    },
  }
  return { taken, protocol: { number: 1, name: 'ip', handler, ...more } satisfies Protocol }
}

/** The body of the worker of CPU 0, as a scheduler would drive it. */
export function workerOf({ lotOf }: ByHand, netisr: Netisr, td: Waiter) {
  let body!: Waiting<unknown>
  const spawn = (of: (td: never) => Waiting<unknown>): void => {
    body = of(td as never)
  }
  netisr.start({ cpu: { id: 0, lot: lotOf(0) }, spawn } as never)
  return body
}
