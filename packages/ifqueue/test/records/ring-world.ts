import { LiveMemory } from '@smpnet/memory'
import { expect } from 'vitest'
import { Cells } from '../../src/records/cells.ts'
import type { Consuming } from '../../src/records/consuming.ts'
import { Life } from '../../src/records/life.ts'
import type { Producing } from '../../src/records/producing.ts'
import { partsOf, type RingShape } from '../../src/records/ring-shape.ts'
import { consumerOf, producerOf } from '../../src/records/sides.ts'

/** None waits in a model of a ring. */
const NOBODY = { freed: () => {}, returned: () => {} }

/** A ring on bare memory, as models want it. */
export class RingWorld {
  readonly buffer: SharedArrayBuffer
  readonly shape: RingShape

  constructor(shape: Pick<RingShape, 'kind' | 'cells'> & Partial<RingShape>) {
    this.shape = { recordBytes: 8, threads: 8, ...shape }
    this.buffer = new SharedArrayBuffer(Math.ceil(partsOf(this.shape).end / 64) * 64)
  }

  cells(memory = new LiveMemory(this.buffer)): Cells {
    return new Cells(memory, 0, this.shape)
  }

  producer(thread: number, cells = this.cells()): Producing {
    return producerOf(cells, new Life(cells.memory, 0, this.shape), thread + 1, NOBODY.freed)
  }

  consumer(thread: number, cells = this.cells()): Consuming {
    return consumerOf(cells, new Life(cells.memory, 0, this.shape), thread + 1, NOBODY)
  }

  life(): Life {
    return new Life(new LiveMemory(this.buffer), 0, this.shape)
  }
}

/** Sends a record that is one number, if there is room: what `tryReserve` said. */
export function trySend(cells: Cells, producing: Producing, value: number, bytes = 4): number {
  const at = producing.tryReserve(bytes)
  if (at < 0) return at
  cells.memory.write(at, value)
  return producing.commit(bytes, false) ? at : -2
}

/** Receives such a record: its number, or what `tryPeek` said. */
export function tryReceive(cells: Cells, consuming: Consuming): number {
  const at = consuming.tryPeek()
  if (at < 0) return at
  const value = cells.memory.read(at)
  consuming.release(false)
  return value
}

/** All that is there. */
export function drained(world: RingWorld, thread = 6): number[] {
  const cells = world.cells()
  const consuming = world.consumer(thread, cells)
  const values: number[] = []
  for (let n = tryReceive(cells, consuming); n >= 0; n = tryReceive(cells, consuming))
    values.push(n)
  return values
}

/** Those of `values` that are in `got` are there in their order. */
export function expectInOrder(values: readonly number[], got: readonly number[]): void {
  const found = got.filter((value) => values.includes(value))
  expect(found).toEqual(values.filter((value) => found.includes(value)))
}

/** An empty ring takes what it has room for, lap after lap. */
export function expectWhole(world: RingWorld): void {
  const cells = world.cells()
  const [producing, consuming] = [world.producer(5, cells), world.consumer(6, cells)]
  const all = Array.from({ length: cells.cells }, (_, i) => 50 + i)
  for (let lap = 0; lap < 3; lap++) {
    for (const value of all) expect(trySend(cells, producing, value)).toBeGreaterThan(0)
    expect(trySend(cells, producing, 1)).toBe(-1)
    for (const value of all) expect(tryReceive(cells, consuming)).toBe(value)
    expect(tryReceive(cells, consuming)).toBe(-1)
  }
}
