import { explore, type Exploration } from '@smpnet/interleave'
import { type Address, LiveMemory } from '@smpnet/memory'
import { budget, expectToHold, thorough, whole } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import type { BufRing } from '../../src/rings/buf-ring.ts'
import { ManyConsumersRing, SoleConsumerRing } from '../../src/rings/buf-ring-consumers.ts'

type RingClass = new (memory: LiveMemory, at: Address, slots: number) => BufRing

/** What a ring of `slots` does, one call at a time, that had `before` in it. */
function fifo(slots: number, before: readonly number[]) {
  return class {
    readonly words = [...before]

    put(word: number): boolean {
      return this.words.length < slots && this.words.push(word) > 0
    }

    take(): number {
      return this.words.shift() ?? 0
    }
  }
}

interface Load {
  readonly slots: number
  /** The words that each producer tries to put, in turn. */
  readonly puts: readonly (readonly number[])[]
  /** How often each consumer tries to take. */
  readonly takes: readonly number[]
  /** Words in the ring at first. */
  readonly before?: readonly number[]
  readonly maxExecutions?: number
}

/** Runs a load; `each` has the threads' rings, and what they return that live to their end. */
function run(name: string, Ring: RingClass, load: Load, deaths = 0, records = true): Exploration {
  const { slots, puts, takes, before = [], maxExecutions = whole.maxExecutions } = load
  return explore({ name, maxExecutions, deaths }, ({ thread, history, after }) => {
    const memory = LiveMemory.create(256)
    const calls = records ? history(fifo(slots, before)) : undefined
    const ring = new Ring(memory, 0, slots)
    for (const word of before) ring.tryPut(word)
    const put: number[][] = puts.map(() => [])
    const taken: number[][] = takes.map(() => [])
    puts.forEach((words, i) => {
      const mine = new Ring(memory, 0, slots)
      thread(`producer ${i}`, () => {
        for (const word of words) {
          const isPut = calls
            ? calls.call('put', [word], () => mine.tryPut(word))
            : mine.tryPut(word)
          if (isPut) put[i]!.push(word)
        }
      })
    })
    takes.forEach((count, i) => {
      const mine = new Ring(memory, 0, slots)
      thread(`consumer ${i}`, () => {
        for (let n = 0; n < count; n++) {
          const word = calls ? calls.call('take', [], () => mine.tryTake()) : mine.tryTake()
          if (word !== 0) taken[i]!.push(word)
        }
      })
    })
    after(() => {
      const left = drained(ring)
      const all = [...taken.flat(), ...left]
      expect(new Set(all).size).toBe(all.length)
      const missing = [...before, ...put.flat()].filter((word) => !all.includes(word))
      // A consumer that dies has the word that it has claimed, and there is one death at most.
      expect(missing.length).toBeLessThanOrEqual(takes.length > 1 ? deaths : 0)
      for (const words of put) expectInOrder(words, left)
      if (takes.length === 1) expectWhole(ring)
    })
  })
}

function drained(ring: BufRing): number[] {
  const words: number[] = []
  for (let word = ring.tryTake(); word !== 0; word = ring.tryTake()) words.push(word)
  return words
}

/** Those of `words` that are in `got` are there in their order. */
function expectInOrder(words: readonly number[], got: readonly number[]): void {
  const found = got.filter((word) => words.includes(word))
  expect(found).toEqual(words.filter((word) => found.includes(word)))
}

/** A ring that is empty takes as many as it has slots for, lap after lap. */
function expectWhole(ring: BufRing): void {
  expect(ring.count).toBe(0)
  const words = Array.from({ length: ring.slots + 1 }, (_, i) => 100 + 2 * i)
  for (let lap = 0; lap < 3; lap++) {
    expect(words.map((word) => ring.tryPut(word))).toEqual(words.map((_, i) => i < ring.slots))
    expect(words.map(() => ring.tryTake())).toEqual([...words.slice(0, ring.slots), 0])
  }
}

/** Some thousands of executions, which `npm test` does not go to the end of. */
const most = thorough(whole, budget)

const SOLE: [what: string, load: Load][] = [
  ['2 producers × 1, 1 consumer × 2', { slots: 2, puts: [[2], [4]], takes: [2], ...most }],
  ['full at first', { slots: 2, puts: [[2], [4]], takes: [1], before: [6, 8] }],
  [
    '2 producers × 2, 1 consumer × 2',
    {
      slots: 2,
      puts: [
        [2, 4],
        [6, 8],
      ],
      takes: [2],
      ...budget,
    },
  ],
]
const MANY: typeof SOLE = [
  ['2 producers × 1, 2 consumers × 1', { slots: 4, puts: [[2], [4]], takes: [1, 1], ...most }],
  ['2 consumers × 2, of three', { slots: 4, puts: [], takes: [2, 2], before: [2, 4, 6] }],
  [
    '2 × 2 and 2 × 2',
    {
      slots: 4,
      puts: [
        [2, 4],
        [6, 8],
      ],
      takes: [2, 2],
      ...budget,
    },
  ],
]

describe('A ring of many producers is a FIFO under every schedule', () => {
  it.each(SOLE)('with one consumer: %s', (what, load) => {
    expectToHold(run(what, SoleConsumerRing, load))
  })

  it.each(MANY)('with many: %s', (what, load) => {
    expectToHold(run(what, ManyConsumersRing, load))
  })

  it('with many, where a put may find a slot that is being freed', () => {
    const load = { slots: 2, puts: [[2], [4]], takes: [1, 1], before: [6, 8] }
    expectToHold(
      run('many, full', ManyConsumersRing, thorough(load, { ...load, ...budget }), 0, false),
    )
  })
})

describe('A ring loses nothing that was put where a thread dies after any step', () => {
  const load = { slots: 2, puts: [[2, 4], [6]], takes: [2], ...budget }
  it('of producers and one consumer', () => {
    expectToHold(run('death', SoleConsumerRing, load, 1, false))
  })

  it('but what a consumer of many had claimed', () => {
    const many = { ...load, slots: 4, takes: [1, 1] }
    expectToHold(run('death of many', ManyConsumersRing, many, 1, false))
  })
})

describe('The models find', () => {
  const two = { slots: 2, puts: [[2], [4]], takes: [1] }

  it('a put in two steps', () => {
    class TornRing extends SoleConsumerRing {
      constructor({ buffer }: LiveMemory, at: Address, slots: number) {
        super(new TornMemory(buffer), at, slots)
      }
    }
    expect(run('torn', TornRing, two).verdict).toBe('fails')
  })

  it('two consumers of a ring for one', () => {
    const load = { slots: 4, puts: [], takes: [1, 1], before: [2, 4] }
    expect(run('two on one', SoleConsumerRing, load).verdict).toBe('fails')
  })

  it('a consumer that says that it took a word before it has freed its slot, and dies', () => {
    class HastyRing extends SoleConsumerRing {
      override takeNow(): number {
        const head = this.memory.load(this.headAt)
        const word = this.memory.load(this.slotOf(head))
        if (word <= 0 || (word & 1) !== (this.lapOf(head) & 1)) return 0
        this.memory.store(this.headAt, head + 1)
        this.memory.store(this.slotOf(head), this.freed(head))
        return word & ~1
      }
    }
    const load = { slots: 2, puts: [], takes: [1], before: [2, 4] }
    expect(run('hasty', HastyRing, load, 1, false).verdict).toBe('fails')
  })
})

/** Compares and exchanges in two steps, between which another may do the same. */
class TornMemory extends LiveMemory {
  override compareExchange(at: Address, expected: number, value: number): number {
    const before = super.load(at)
    if (before === expected) super.store(at, value)
    return before
  }
}
