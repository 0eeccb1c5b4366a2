import { explore, type Exploration } from '@smpnet/interleave'
import { type Address, LiveMemory } from '@smpnet/memory'
import { budget, expectToHold, thorough, whole } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import type { Cells } from '../../src/records/cells.ts'
import type { Producing } from '../../src/records/producing.ts'
import { buryIn } from '../../src/records/remains.ts'
import type { QueueKind, RingShape } from '../../src/records/ring-shape.ts'
import {
  drained,
  expectInOrder,
  expectWhole,
  RingWorld,
  tryReceive,
  trySend,
} from './ring-world.ts'

type MemoryClass = new (buffer: SharedArrayBuffer) => LiveMemory

interface Load {
  readonly kind: QueueKind
  readonly cells: number
  /** What each producer sends, and how many records each consumer receives. */
  readonly sends: readonly (readonly number[])[]
  readonly receives: readonly number[]
  /** Records of any size: the bytes of each. */
  readonly bytes?: number
  readonly maxExecutions?: number
}

/** What a queue is: one call at a time. */
class Fifo {
  readonly #records: number[] = []

  send(value: number): void {
    this.#records.push(value)
  }

  receive(): number | undefined {
    return this.#records.shift()
  }
}

const shapeOf = ({
  kind,
  cells,
  bytes,
}: Load): Pick<RingShape, 'kind' | 'cells' | 'recordBytes'> => ({
  kind,
  cells,
  recordBytes: bytes === undefined ? 8 : 0,
})

/** Each thread waits until there is room, or a record: what they get is what a FIFO gives. */
function linearizable(name: string, load: Load, Memory: MemoryClass = LiveMemory): Exploration {
  const { sends, receives, bytes = 4, maxExecutions = whole.maxExecutions } = load
  return explore({ name, maxExecutions }, ({ thread, history, after }) => {
    const world = new RingWorld(shapeOf(load))
    const calls = history(Fifo)
    sends.forEach((values, i) => {
      const cells = world.cells(new Memory(world.buffer))
      const producing = world.producer(i, cells)
      const send = (value: number): void => {
        while (trySend(cells, producing, value, bytes) < 0);
      }
      thread(`producer ${i}`, () => {
        for (const value of values) calls.call('send', [value], () => send(value))
      })
    })
    receives.forEach((count, i) => {
      const cells = world.cells(new Memory(world.buffer))
      const consuming = world.consumer(sends.length + i, cells)
      const receive = (): number => {
        for (;;) {
          const value = tryReceive(cells, consuming)
          if (value >= 0) return value
        }
      }
      thread(`consumer ${i}`, () => {
        for (let n = 0; n < count; n++) calls.call('receive', [], receive)
      })
    })
    after(() => {
      expect(drained(world)).toEqual([])
      expectWhole(world)
    })
  })
}

/** Some thousands of executions, which `npm test` does not go to the end of. */
const most = thorough(whole, { maxExecutions: 60 })
/** Too many to be tried. */
const some = thorough(budget, { maxExecutions: 60 })

const LOADS: [what: string, load: Load][] = [
  ['spsc: 2 records through 2 cells', { kind: 'spsc', cells: 2, sends: [[1, 2]], receives: [2] }],
  ['spsc: 3 through 2', { kind: 'spsc', cells: 2, sends: [[1, 2, 3]], receives: [3], ...most }],
  ['mpsc: 2 × 1', { kind: 'mpsc', cells: 2, sends: [[1], [2]], receives: [2], ...most }],
  [
    'mpsc: 2 × 2',
    {
      kind: 'mpsc',
      cells: 2,
      sends: [
        [1, 2],
        [3, 4],
      ],
      receives: [4],
      ...some,
    },
  ],
  ['spmc: 2, 2 × 1', { kind: 'spmc', cells: 2, sends: [[1, 2]], receives: [1, 1], ...most }],
  ['spmc: 4, 2 × 2', { kind: 'spmc', cells: 2, sends: [[1, 2, 3, 4]], receives: [2, 2], ...some }],
  ['mpmc: 2 × 1, 2 × 1', { kind: 'mpmc', cells: 2, sends: [[1], [2]], receives: [1, 1], ...some }],
  [
    'mpmc: 2 × 2, 2 × 2',
    {
      kind: 'mpmc',
      cells: 2,
      sends: [
        [1, 2],
        [3, 4],
      ],
      receives: [2, 2],
      ...some,
    },
  ],
]
/** Of 4 cells, records of 3 do not go round the end: cells before it are skipped. */
const SIZED: typeof LOADS = (['spsc', 'mpsc', 'spmc', 'mpmc'] as const).map((kind) => [
  `${kind}: records of 3 cells of 4`,
  { kind, cells: 4, sends: [[1, 2]], receives: [2], bytes: 160, ...some },
])

describe('A ring gives what a FIFO gives, under every schedule', () => {
  it.each([...LOADS, ...thorough(SIZED, SIZED.slice(3))])('%s', (what, load) => {
    expectToHold(linearizable(what, load))
  })
})

/**
 * Each thread tries, and one may die after any step, and is buried. What was sent arrives once,
 * what was only reserved does not, and the ring is as large as before.
 */
function dying(name: string, load: Load, bury = buryIn): Exploration {
  const { sends, receives, bytes = 4, maxExecutions = whole.maxExecutions } = load
  return explore({ name, maxExecutions, deaths: 1 }, ({ thread, onDeath, after }) => {
    const world = new RingWorld(shapeOf(load))
    const sent: number[][] = sends.map(() => [])
    const got: number[][] = receives.map(() => [])
    sends.forEach((values, i) => {
      const cells = world.cells()
      const producing = world.producer(i, cells)
      thread(`producer ${i}`, () => {
        for (const value of values) {
          if (trySend(cells, producing, value, bytes) >= 0) sent[i]!.push(value)
        }
      })
    })
    receives.forEach((count, i) => {
      const cells = world.cells()
      const consuming = world.consumer(sends.length + i, cells)
      thread(`consumer ${i}`, () => {
        for (let n = 0; n < count; n++) {
          const at = consuming.tryPeek()
          if (at < 0) continue
          const value = cells.memory.read(at)
          consuming.release(false)
          // Dies it before, then another has the record; dies it after, it is not seen any more.
          got[i]!.push(value)
        }
      })
    })
    onDeath(({ number }) => bury(world.cells(), number + 1))
    after(() => {
      const left = drained(world)
      const all = [...got.flat(), ...left]
      expect(all).toHaveLength(new Set(all).size)
      const lost = sent.flat().filter((value) => !all.includes(value))
      // A consumer may die after its last step, with a record that it has released.
      expect(lost.length).toBeLessThanOrEqual(receives.length > 0 ? 1 : 0)
      for (const values of sends) if (receives.length < 2) expectInOrder(values, all)
      expectWhole(world)
    })
  })
}

const DEATHS: [what: string, load: Load][] = [
  ['spsc', { kind: 'spsc', cells: 2, sends: [[1, 2]], receives: [2], ...some }],
  ['mpsc', { kind: 'mpsc', cells: 2, sends: [[1, 2], [3]], receives: [2], ...some }],
  [
    'mpsc, producers only',
    { kind: 'mpsc', cells: 4, sends: [[1, 2], [3]], receives: [], ...most },
  ],
  ['spmc', { kind: 'spmc', cells: 2, sends: [[1, 2]], receives: [1, 1], ...some }],
  ['mpmc', { kind: 'mpmc', cells: 2, sends: [[1], [2]], receives: [1, 1], ...some }],
  ['sized', { kind: 'mpmc', cells: 4, sends: [[1, 2], [3]], receives: [2], bytes: 160, ...some }],
]

describe('A ring of which a thread dies after any step', () => {
  it.each(DEATHS)('keeps what was sent, and skips what was reserved: %s', (what, load) => {
    expectToHold(dying(what, load))
  })

  it('is found out when nobody buries the dead', () => {
    const load: Load = { kind: 'mpsc', cells: 2, sends: [[1]], receives: [] }
    expect(dying('no burial', load, () => {}).verdict).toBe('fails')
    const taking: Load = { kind: 'spmc', cells: 2, sends: [[1]], receives: [1] }
    expect(dying('no burial of a consumer', taking, () => {}).verdict).toBe('fails')
  })
})

/**
 * While a thread tries once, another sends and receives for two laps and more, so that what the
 * first one has seen may be of the lap before the last, whose headers with an owner look alike.
 */
function heldUp(kind: QueueKind, role: 'consumer' | 'producer'): Exploration {
  const laps = 2
  return explore({ name: `${kind}, a ${role} held up`, ...most }, ({ thread, after }) => {
    const world = new RingWorld({ kind, cells: 2 })
    const [mine, theirs] = [world.cells(), world.cells()]
    const [sends, receives] = [world.producer(0, theirs), world.consumer(0, theirs)]
    const one = role === 'consumer' ? world.consumer(1, mine) : undefined
    const other = role === 'producer' ? world.producer(1, mine) : undefined
    const sent: number[] = []
    const got: number[] = []
    const notes = (value: number): void => {
      if (value >= 0) got.push(value)
    }
    const send = (cells: Cells, producing: Producing, value: number): void => {
      if (trySend(cells, producing, value) >= 0) sent.push(value)
    }
    thread('held up', () => {
      if (one !== undefined) notes(tryReceive(mine, one))
      if (other !== undefined) send(mine, other, 99)
    })
    thread('goes round', () => {
      for (let value = 1; value <= 2 * laps; value++) {
        send(theirs, sends, value)
        notes(tryReceive(theirs, receives))
      }
      send(theirs, sends, 2 * laps + 1)
    })
    after(() => {
      const all = [...got, ...drained(world)]
      expect(all.toSorted((a, b) => a - b)).toEqual(sent.toSorted((a, b) => a - b))
      expectWhole(world)
    })
  })
}

describe('A thread that is held up for two laps of a ring', () => {
  it.each([
    ['spmc', 'consumer'],
    ['mpmc', 'consumer'],
    ['mpsc', 'producer'],
    ['mpmc', 'producer'],
  ] as const)('takes and sends nothing of another lap: %s, a %s', (kind, role) => {
    expectToHold(heldUp(kind, role))
  })
})

/**
 * A queue is closed while a producer sends: what it says it has sent is received before the end.
 */
function closing(name: string, kind: QueueKind, careless = false): Exploration {
  return explore({ name, ...some }, ({ thread, after }) => {
    const world = new RingWorld({ kind, cells: 2 })
    const sent: number[] = []
    const got: number[] = []
    const [mine, theirs] = [world.cells(), world.cells()]
    const producing = world.producer(0, mine)
    const consuming = world.consumer(1, theirs)
    const life = world.life()
    thread('producer', () => {
      for (const value of [1, 2]) if (trySend(mine, producing, value) >= 0) sent.push(value)
    })
    thread('closer', () => life.close())
    thread('consumer', () => {
      for (;;) {
        const value = tryReceive(theirs, consuming)
        if (value >= 0) got.push(value)
        if (value === -2 || (careless && value === -1 && life.isClosed())) return
      }
    })
    after(() => expect(got).toEqual(sent))
  })
}

describe('A ring that is closed', () => {
  it.each(['spsc', 'mpsc', 'spmc', 'mpmc'] as const)(
    'ends behind all that was sent: %s',
    (kind) => {
      expectToHold(closing(`closing ${kind}`, kind))
    },
  )

  it('is found out when its consumer takes an empty closed ring for its end', () => {
    expect(closing('careless end', 'spsc', true).verdict).toBe('fails')
  })
})

describe('The models find', () => {
  /** Compares and exchanges in two steps. */
  class TornMemory extends LiveMemory {
    override compareExchange(at: Address, expected: number, value: number): number {
      const before = super.load(at)
      if (before === expected) super.store(at, value)
      return before
    }
  }

  const TORN: Load[] = [
    { kind: 'mpsc', cells: 4, sends: [[1], [2]], receives: [], ...whole },
    { kind: 'spmc', cells: 4, sends: [[1, 2]], receives: [1, 1], ...whole },
  ]
  it.each(TORN)('claims in two steps: $kind', (load) => {
    expect(linearizable('torn', { ...load }, TornMemory).verdict).toBe('fails')
  })

  it('two consumers of a ring for one', () => {
    const load: Load = { kind: 'spsc', cells: 4, sends: [[1, 2]], receives: [1, 1] }
    expect(linearizable('two on one', load).verdict).toBe('fails')
  })

  it('two producers of a ring for one', () => {
    const load: Load = { kind: 'spsc', cells: 4, sends: [[1], [2]], receives: [2] }
    expect(linearizable('two into one', load).verdict).toBe('fails')
  })
})
