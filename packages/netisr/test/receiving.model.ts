import '@smpnet/interleave/vitest'
import { awaitExchange, awaitValue, explore } from '@smpnet/interleave'
import { type Address, Arena, Interrupt, type Memory, NIL } from '@smpnet/memory'
import { Lot, PARK, type Waiting, WOKEN } from '@smpnet/park'
import {
  buryBy,
  CalmMemory,
  CalmWaker,
  type Parked,
  parkedWorld,
  StillWaiter,
  untilPosted,
  untilWoken,
} from '@smpnet/park/model'
import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { type Netisr, QUEUED } from '../src/index.ts'
import { ReceiveInterrupt } from '../src/receiving/receive-interrupt.ts'
import { Receiver, type ReceiveQueue } from '../src/receiving/receiver.ts'

/**
 * `no look`: the receiver does not look at the queue after it has armed the interrupt. `early`: the
 * device looks whether it is armed before the packet is there.
 */
type Fault = 'none' | 'no look' | 'early'

const checker = { awaitValue, awaitExchange }

/** A queue of so many packets, each a word that the device sets, and a receiver. */
function world(packets: number, fault: Fault) {
  const memory = new CalmMemory(new SharedArrayBuffer(4096), checker)
  const arena = Arena.create(memory)
  const lots = Lot.place(arena, { buckets: 1, cpus: 2, threads: 1, waiters: 4 })
  const at = arena.place('interrupt', ReceiveInterrupt.bytes)
  const slots = arena.place('slots', packets * 64)
  const lotOf = (cpu: number): Lot => new Lot(memory, lots, new CalmWaker(memory), cpu)
  const td = StillWaiter.of(lotOf(0))
  memory.locks.push(td.lot.queueOf(at))
  const slot = (n: number): Address => slots + n * 64
  const taken: Address[] = []
  const isEmpty = (): boolean => {
    return taken.length === packets || memory.load(slot(taken.length)) === 0
  }
  const take = (): Address => {
    if (isEmpty()) return NIL
    taken.push(slot(taken.length))
    return slot(taken.length - 1)
  }
  const queue = { take, isEmpty: fault === 'no look' ? () => true : isEmpty, refused() {} }
  const receiver = receiverOf(memory, at, queue)
  const interrupt = new ReceiveInterrupt(memory, at)
  const isOver = (): boolean => taken.length === packets
  return {
    taken: () => taken.map((packet) => (packet - slots) / 64),
    /** A device puts a packet there; what interrupts the receiver's CPU is its last act. */
    arrives(n: number): void {
      const rings = fault === 'early' && interrupt.arrived()
      memory.store(slot(n), 1)
      if (!(fault === 'early' ? rings : interrupt.arrived())) return
      receiver.rangNow(new Interrupt(0), lotOf(1))
    },
    receive: () => untilPosted(td, untilAll(receiver.run(td), isOver)),
  }
}

function receiverOf(memory: Memory, at: Address, queue: ReceiveQueue): Receiver {
  const netisr = { memory, handle: { protocols: 2 }, tryDispatch: () => QUEUED }
  return new Receiver(netisr as unknown as Netisr, at, queue, { protocol: 1, budget: 1 })
}

/** The receiver until it would sleep when all have come. */
function* untilAll(receiver: Waiting<never>, isOver: () => boolean): Waiting {
  for (let step = receiver.next(WOKEN); ; step = receiver.next(yield step.value as number)) {
    if (step.value === PARK && isOver()) return
  }
}

function receives(name: string, packets: number, fault: Fault = 'none') {
  return explore({ name }, ({ thread, after }) => {
    const { taken, arrives, receive } = world(packets, fault)
    thread('receiver', receive)
    thread('device', () => {
      for (let n = 0; n < packets; n++) arrives(n)
    })
    after(() => expect(taken()).toEqual(Array.from({ length: packets }, (_, n) => n)))
  })
}

/**
 * A device dies anywhere, and another goes on with its packet: the undertaker's. The interrupt is
 * the first word at `at`, and the packet the second.
 */
function outlives(name: string, isBuried = true) {
  return explore({ name, deaths: 1 }, (model) => {
    const { threads, at } = parkedWorld(checker, [-1, -1, -1], 64, 'none', 2, Lot)
    const [own, device, other] = threads as [Parked, Parked, Parked]
    let isTaken = false
    const isEmpty = (): boolean => isTaken || own.memory.load(at + 4) === 0
    const take = (): Address => {
      if (isEmpty()) return NIL
      isTaken = true
      return at + 4
    }
    const receiver = receiverOf(own.memory, at, { take, isEmpty, refused() {} })
    const arrives = ({ memory, td }: Parked): void => {
      memory.store(at + 4, 1)
      if (!new ReceiveInterrupt(memory, at).arrived()) return
      receiver.rangNow(new Interrupt(td.lot.cpu), td.lot)
    }
    const run = untilAll(receiver.run(own.td), () => isTaken)
    model.thread('receiver', () => void untilWoken(own.td, run), { mortal: false })
    model.thread('device', () => arrives(device))
    const more = (): void => {
      if (isBuried) untilWoken(other.td, receiver.bury(other.td.lot))
      arrives(other)
    }
    buryBy(model, other.td, { by: untilWoken, more })
    model.after(() => expect(isTaken).toBe(true))
  })
}

describe('Under every schedule, no packet lies in a queue whose interrupt is armed', () => {
  it.each(thorough([1, 2, 3], [1, 2]))('of %i packets', (packets) => {
    const result = receives(`${packets} packets against the receiver`, packets)
    console.log(result.summary)
    expect(result).toHold()
  })

  it('when a device dies after any of its steps', () => {
    const result = outlives('a device that dies against the receiver')
    console.log(result.summary)
    expect(result).toHold()
  })
})

describe('A packet is found to lie there', () => {
  it.each([
    ['when the receiver does not look again after it has armed it', 'no look'],
    ['when the device looks too early whether it is armed', 'early'],
  ] as const)('%s', (name, fault) => {
    expect(receives(name, 2, fault)).toFailWith('deadlock')
  })

  it('when nobody sees to it that its device has died', () => {
    expect(outlives('no burial', false)).toFailWith('deadlock')
  })
})
