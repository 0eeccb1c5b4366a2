import { explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { expect, it } from 'vitest'
import { type Address, Arena, LiveMemory, NIL, Zone } from '../src/index.ts'

const shape = { name: 'items', items: 2, itemBytes: 4, cpus: 2, magazineItems: 1 }

/** What plain code makes of a generator that spins: it tries again. */
function spin<T>(waiting: Generator<number, T, number>): T {
  for (;;) {
    const step = waiting.next(0)
    if (step.done) return step.value
  }
}

it('never gives an item to two CPUs, however they meet at the depot', () => {
  const result = explore({ name: 'zone' }, ({ thread, after }) => {
    const zone = Zone.create(Arena.create(LiveMemory.create(1 << 13)), shape)
    const held: Address[][] = [[], []]
    const uses = (cpu: number) => () => {
      const one = spin(zone.alloc(cpu))
      const two = spin(zone.alloc(cpu))
      held[cpu]!.push(two)
      spin(zone.free(cpu, one))
    }
    thread('cpu 0', uses(0))
    thread('cpu 1', uses(1))
    after(() => {
      const items = held.flat()
      expect(items).not.toContain(NIL)
      expect(new Set(items).size).toBe(2)
      expect(zone.statistics()).toEqual({ allocated: 4, freed: 2, failed: 0 })
    })
  })
  expect(result).toHold()
  console.log(result.summary)
})

/** One CPU hands an item to another, which frees it. */
function handOver(free: (zone: Zone, cpu: number, item: Address) => void) {
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
      const item = spin(zone.alloc(0))
      memory.write(item, 7)
      memory.store(mailbox, item)
    })
    thread('receiver', () => {
      while (memory.load(mailbox) === NIL);
      const item = memory.load(mailbox)
      expect(memory.read(item)).toBe(7)
      free(zone, 1, item)
    })
  })
}

it('has every item back when the other CPU frees what it was handed', () => {
  expect(handOver((zone, cpu, item) => spin(zone.free(cpu, item)))).toHold()
})

it('is caught when an item is forgotten, with the line that allocated it', () => {
  const result = handOver(() => {})
  expect(result).toFailWith('leak', 'items never freed: ')
  expect(result.failure!.text).toMatch(/allocates \d+ of items +zone\.model\.ts:\d+ +const item/)
  expect(result.failure!.thread).toBe('sender')
})

it('is caught when an item is freed twice', () => {
  const result = handOver((zone, cpu, item) => {
    spin(zone.free(cpu, item))
    spin(zone.free(cpu, item))
  })
  expect(result).toFailWith('double-free', 'which receiver had freed at ')
})
