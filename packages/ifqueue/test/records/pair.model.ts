import { explore, type Exploration } from '@smpnet/interleave'
import { type Address, LiveMemory } from '@smpnet/memory'
import { budget, expectToHold, thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { buryIn } from '../../src/records/remains.ts'
import { partsOf } from '../../src/records/ring-shape.ts'
import { RingWorld } from './ring-world.ts'

const some = thorough(budget, { maxExecutions: 60 })

type MemoryClass = new (buffer: SharedArrayBuffer) => LiveMemory

interface Bulk {
  /** Bytes of each record, in their order: of cells of 64, and a ring of 4. */
  readonly lengths: readonly number[]
  /** Records that a side publishes at once. */
  readonly held: number
  readonly deaths?: number
  readonly Memory?: MemoryClass
}

/** Where records start at the second cell, so that the first of more than 3 goes round the end. */
const CELLS = 4

/**
 * One sends records whose lengths change from lap to lap, several published at once, and the other
 * receives them so. Those that were published arrive in their order, of their lengths; a consumer
 * that dies has its successor see again what it had not published, and nothing else comes twice.
 */
function bulk(
  name: string,
  { lengths, held, deaths = 0, Memory = LiveMemory }: Bulk,
): Exploration {
  return explore({ name, deaths, ...some }, ({ thread, onDeath, after }) => {
    const world = new RingWorld({ kind: 'spsc', cells: CELLS, recordBytes: 0 })
    const [mine, theirs] = [world.cells(new Memory(world.buffer)), world.cells()]
    const [producing, consuming] = [world.producer(0, mine), world.consumer(1, theirs)]
    let sent = 0
    const got: number[] = []
    let released = 0
    let sane = true
    thread('producer', () => {
      let next = 0
      for (const bytes of lengths) {
        const at = producing.tryReserve(bytes)
        if (at < 0) break
        mine.memory.write(at, next)
        producing.commit(bytes, true)
        if (++next % held !== 0) continue
        producing.publish()
        sent = next
      }
      producing.publish()
      sent = next
    })
    thread('consumer', () => {
      for (let n = 0; n < lengths.length; n++) {
        const at = consuming.tryPeek()
        if (at < 0) break
        const value = theirs.memory.read(at)
        sane &&= consuming.length === lengths[value]
        got.push(value)
        consuming.release(true)
        if (got.length % held !== 0) continue
        consuming.publish()
        released = got.length
      }
      consuming.publish()
      released = got.length
    })
    onDeath(({ number }) => buryIn(world.cells(), number + 1))
    after(() => {
      expect(sane).toBe(true)
      const left = leftIn(world, lengths)
      const first = left[0] ?? got.length
      // The successor begins with what was not released, and a death may fall behind a release.
      expect(first).toBeGreaterThanOrEqual(released)
      expect(first).toBeLessThanOrEqual(got.length)
      const all = [...got.slice(0, first), ...left]
      expect(all).toEqual(Array.from(all, (_, i) => i))
      expect(all.length).toBeGreaterThanOrEqual(sent)
      expectRoom(world)
    })
  })
}

function leftIn(world: RingWorld, lengths: readonly number[]): number[] {
  const cells = world.cells()
  const consuming = world.consumer(6, cells)
  const left: number[] = []
  for (let at = consuming.tryPeek(); at >= 0; at = consuming.tryPeek()) {
    const value = cells.memory.read(at)
    expect(consuming.length).toBe(lengths[value])
    left.push(value)
    consuming.release(false)
  }
  return left
}

/** An empty ring takes a record of all its cells, wherever it begins. */
function expectRoom(world: RingWorld): void {
  const cells = world.cells()
  const [producing, consuming] = [world.producer(5, cells), world.consumer(6, cells)]
  for (const bytes of [1, CELLS * 64, 100, CELLS * 64]) {
    let at = producing.tryReserve(bytes)
    // The cells before the end are skipped by the consumer first.
    if (at < 0 && consuming.tryPeek() < 0) at = producing.tryReserve(bytes)
    expect(at).toBeGreaterThan(0)
    expect(producing.commit(bytes, false)).toBe(true)
    expect(consuming.tryPeek()).toBe(at)
    expect(consuming.length).toBe(bytes)
    consuming.release(false)
  }
}

const LENGTHS: [what: string, lengths: number[]][] = [
  ['of one length', [8, 8, 8, 8]],
  ['whose cells before the end are skipped', [8, 8, 130, 8]],
  ['that are in the places of longer ones', [200, 60, 8, 70]],
]

describe.each([1, 2])('One producer and one consumer, which publish %i at once,', (held) => {
  it.each(LENGTHS)('pass records %s', (what, lengths) => {
    expectToHold(bulk(what, { lengths, held }))
  })

  it.each(LENGTHS)('pass what was published when one dies after any step: %s', (what, lengths) => {
    expectToHold(bulk(`${what}, a death`, { lengths, held, deaths: 1 }))
  })
})

describe('The models find', () => {
  const lengths = [8, 8, 130, 8]

  it('a producer that publishes before it has written', () => {
    class LateMemory extends LiveMemory {
      readonly #late: [Address, number][] = []

      override write(at: Address, value: number): void {
        this.#late.push([at, value])
      }

      override compareExchange(at: Address, expected: number, value: number): number {
        const found = super.compareExchange(at, expected, value)
        for (const [where, what] of this.#late.splice(0)) super.write(where, what)
        return found
      }
    }
    expect(bulk('late', { lengths, held: 2, Memory: LateMemory }).verdict).toBe('fails')
  })

  it('a producer that takes each word of a lap before for the one that it would write', () => {
    const { headers, data } = partsOf({ kind: 'spsc', cells: CELLS, recordBytes: 0, threads: 8 })
    class AlikeMemory extends LiveMemory {
      override write(at: Address, value: number): void {
        if (at < headers || at >= data) super.write(at, value)
      }
    }
    expect(bulk('alike', { lengths, held: 1, Memory: AlikeMemory }).verdict).toBe('fails')
  })

  it('a producer that does not look how far the consumer is', () => {
    class BlindMemory extends LiveMemory {
      override load(at: Address): number {
        // As if all that was ever published were free again.
        return super.load(at) === 0 ? super.load(at) : CELLS
      }
    }
    const run = bulk('blind', { lengths: [8, 8, 8, 8, 8, 8], held: 1, Memory: BlindMemory })
    expect(run.verdict).toBe('fails')
  })
})
