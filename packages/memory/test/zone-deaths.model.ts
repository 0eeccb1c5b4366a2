import { explore } from '@smpnet/interleave'
import { expectToHold, timely, whole } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import {
  type Address,
  Arena,
  holderOf,
  LiveMemory,
  NIL,
  type Waiting,
  Zone,
} from '../src/index.ts'

/** Planted faults: nobody is buried; the depot is freed, and is as the dead left it. */
type Fault = 'none' | 'no burial' | 'as it was'

const SHAPE = { name: 'items', items: 2, itemBytes: 8, cpus: 3, magazineItems: 2 }
/** Where in an item the thread that has it says so. */
const MARK = 4

/** A zone as a thread sees it, whose memory names it. */
interface Seen {
  readonly zone: Zone
  readonly memory: LiveMemory
  readonly cpu: number
}

interface Life {
  /** Takes the items that it marks, and those that it clears it gives back. */
  readonly does: (seen: Seen) => void
  readonly ensured?: number
}

const LIVES: Record<string, Life> = {
  takes: { does: (seen) => void taken(seen) },
  'takes and gives back': { does: (seen) => gives(seen, taken(seen)) },
  'has its CPU hold what its magazines cannot': {
    ensured: 4,
    does({ zone, cpu }) {
      run(zone.alloc({ cpu }))
      if (!run(zone.ensure({ cpu }, 4))) throw new Error('there are as many as are ensured')
    },
  },
}

function taken({ zone, memory, cpu }: Seen): Address {
  const item = run(zone.alloc({ cpu }))
  if (item === NIL) throw new Error('there are as many items as were asked for')
  if (memory.exchange(item + MARK, cpu + 1) !== 0) throw new Error('an item has two takers')
  return item
}

function gives({ zone, memory, cpu }: Seen, item: Address): void {
  memory.store(item + MARK, 0)
  run(zone.free({ cpu }, item))
}

/**
 * A thread dies anywhere in its life, beside one that takes and gives back. All items but those
 * that somebody has are there once, but for one that the dead was just taking or giving back.
 */
function dying(name: string, { does, ensured }: Life, fault: Fault = 'none') {
  return explore({ name, ...(fault === 'none' ? timely : whole), deaths: 1 }, (world) => {
    const all = LiveMemory.create(4096)
    const shape = { ...SHAPE, ...(ensured !== undefined && { ensured, items: 5 }) }
    const { handle } = Zone.create(Arena.create(all), shape)
    const seenBy = (cpu: number): Seen => {
      const memory = new LiveMemory(all.buffer)
      memory.holder = holderOf(cpu)
      return { zone: Zone.open(memory, handle), memory, cpu }
    }
    const count = stockOf(seenBy(2)).length
    const [mortal, other] = [seenBy(0), seenBy(1)]
    let isDead = false
    world.thread('mortal', () => does(mortal))
    world.thread('other', () => gives(other, taken(other)), { mortal: false })
    world.onDeath(() => {
      isDead = true
      const { zone, memory } = seenBy(2)
      if (fault === 'none') run(zone.bury(0))
      else if (fault === 'as it was') memory.compareExchange(handle.at, holderOf(0), 0)
    })
    world.after(() => {
      const left = stockOf(seenBy(2))
      expect(new Set(left).size).toBe(left.length)
      const lost = count - left.length
      const isKept = isDead || does !== LIVES['takes and gives back']!.does
      expect(lost).toBeLessThanOrEqual(isKept ? 1 : 0)
    })
  })
}

/** All items that the CPUs of a zone can have between them. */
function stockOf({ zone }: Seen): Address[] {
  const items: Address[] = []
  for (let cpu = 0; cpu < SHAPE.cpus; cpu++) {
    let item = run(zone.alloc({ cpu }))
    for (; item !== NIL; item = run(zone.alloc({ cpu }))) items.push(item)
  }
  for (const item of items) run(zone.free({ cpu: 2 }, item))
  return items
}

function run<T>(waiting: Waiting<T>): T {
  for (;;) {
    const step = waiting.next(0)
    if (step.done) return step.value
  }
}

describe('A zone', () => {
  it.each(Object.entries(LIVES))('has again what a thread held that %s', (name, life) => {
    expectToHold(dying(`a zone of a thread that ${name}`, life))
  })

  it.each(['no burial', 'as it was'] as const)('is found out with %s', (fault) => {
    const life = LIVES['takes and gives back']!
    expect(dying(`a zone, ${fault}`, life, fault).verdict).toBe('fails')
  })
})
