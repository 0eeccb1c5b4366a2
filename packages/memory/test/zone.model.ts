import { explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { expect, it } from 'vitest'
import { type Address, Arena, Interrupt, LiveMemory, NIL, type Place, Zone } from '../src/index.ts'

const shape = { name: 'items', items: 2, itemBytes: 4, cpus: 2, magazineItems: 1 }

/** What plain code makes of a generator that spins: it tries again. */
function spin<T>(waiting: Generator<number, T, number>): T {
  for (;;) {
    const step = waiting.next(0)
    if (step.done) return step.value
  }
}

/** Compares and exchanges in two steps, between which another CPU may do the same. */
class TornMemory extends LiveMemory {
  override compareExchange(at: Address, expected: number, value: number): number {
    const before = super.load(at)
    if (before === expected) super.store(at, value)
    return before
  }
}

/** Two CPUs use a zone; `one` is what CPU 0 does, and says which items it keeps. */
function meet(
  name: string,
  one: (zone: Zone) => Address[],
  Memory: new (buffer: SharedArrayBuffer) => LiveMemory = LiveMemory,
) {
  return explore({ name }, ({ thread, after }) => {
    const zone = Zone.create(Arena.create(new Memory(new SharedArrayBuffer(1 << 13))), shape)
    const held: Address[][] = [[], []]
    thread('cpu 0', () => void (held[0] = one(zone)))
    thread('cpu 1', () => void (held[1] = waits({ cpu: 1 })(zone)))
    after(() => {
      const items = held.flat()
      expect(items).not.toContain(NIL)
      expect(new Set(items).size).toBe(items.length)
      const { allocated, freed, failed } = zone.statistics()
      expect([allocated - freed, failed]).toEqual([items.length, 0])
    })
  })
}

/** A thread: it allocates two items and frees the first. */
const waits = (place: Place) => (zone: Zone) => {
  const one = spin(zone.alloc(place))
  const two = spin(zone.alloc(place))
  spin(zone.free(place, one))
  return [two]
}

/** The handler of an interrupt does the same. */
const interrupts = (zone: Zone): Address[] => {
  const irq = new Interrupt(0)
  const one = zone.allocNow(irq)
  const two = zone.allocNow(irq)
  zone.freeNow(irq, one)
  return [two]
}

/** A thread has two items ensured, more than a magazine, and allocates them as plain code. */
const ensures = (zone: Zone): Address[] => {
  expect(spin(zone.ensure({ cpu: 0 }, 2))).toBe(true)
  return [zone.tryAlloc({ cpu: 0 }), zone.tryAlloc({ cpu: 0 })]
}

/** Plain code, which goes to the depot where that is free, and waits where it is not. */
const goesAtOnce = (zone: Zone): Address[] => {
  const place = { cpu: 0 }
  const [one, two] = [0, 1].map(() => {
    const item = zone.allocAtOnce(place)
    return item === NIL ? spin(zone.alloc(place)) : item
  }) as [Address, Address]
  if (!zone.freeAtOnce(place, one)) spin(zone.free(place, one))
  return [two]
}

it.each([
  ['two threads', waits({ cpu: 0 })],
  ['a thread and plain code', goesAtOnce],
  ['a thread and an interrupt', interrupts],
  ['a thread and one that has items ensured', ensures],
])('never gives an item to two CPUs, however they meet at the depot: %s', (name, one) => {
  const result = meet(name, one)
  expect(result).toHold()
  console.log(result.summary)
})

it('is caught when the lock of the depot lets two in', () => {
  expect(meet('torn lock', waits({ cpu: 0 }), TornMemory).verdict).toBe('fails')
})

/** One CPU hands an item to another, which frees it. */
function handOver(free: (zone: Zone, place: Place, item: Address) => void) {
  return explore({ name: 'hand-over' }, ({ thread, allocations }) => {
    const memory = LiveMemory.create(1 << 13)
    const zone = Zone.create(Arena.create(memory), shape)
    allocations('items').follow(zone, {
      allocates: ['alloc', 'tryAlloc'],
      frees: ['free', 'tryFree'],
      memory: { buffer: memory.buffer, bytes: shape.itemBytes },
    })
    // The last line of the memory, which no zone of this size reaches.
    const mailbox = memory.size - 64
    thread('sender', () => {
      const item = spin(zone.alloc({ cpu: 0 }))
      memory.write(item, 7)
      memory.store(mailbox, item)
    })
    thread('receiver', () => {
      while (memory.load(mailbox) === NIL);
      const item = memory.load(mailbox)
      expect(memory.read(item)).toBe(7)
      free(zone, { cpu: 1 }, item)
    })
  })
}

it('has every item back when the other CPU frees what it was handed', () => {
  expect(handOver((zone, place, item) => spin(zone.free(place, item)))).toHold()
})

it('is caught when an item is forgotten, with the line that allocated it', () => {
  const result = handOver(() => {})
  expect(result).toFailWith('leak', 'items never freed: ')
  expect(result.failure!.text).toMatch(/allocates \d+ of items ◀? *zone\.model\.ts:\d+:\d+ /)
  expect(result.failure!.thread).toBe('sender')
})

it('is caught when an item is freed twice', () => {
  const result = handOver((zone, place, item) => {
    spin(zone.free(place, item))
    spin(zone.free(place, item))
  })
  expect(result).toFailWith('double-free', 'which receiver had freed at ')
})
