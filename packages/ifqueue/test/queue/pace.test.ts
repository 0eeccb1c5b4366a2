import { LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { Pace } from '../../src/queue/pace.ts'

class Counting extends LiveMemory {
  pauses: number[] = []

  override pause(attempt: number): void {
    this.pauses.push(attempt)
  }
}

/** A side that waits so many times, and moves after each wait what `moves` says. */
function waits(times: number, moves: (isRested: boolean) => number, cells = 4096): number[] {
  const memory = new Counting(new SharedArrayBuffer(64))
  const pace = new Pace(memory, cells)
  let count = 0
  for (let i = 0; i < times; i++) {
    const before = memory.pauses.length
    pace.rest(count)
    count = (count + moves(memory.pauses.length > before)) | 0
  }
  return memory.pauses
}

describe('A side of a ring', () => {
  it('rests before each look where many records come of it', () => {
    const rests = waits(1064, (isRested) => (isRested ? 16 : 1)).length
    expect(rests).toBeGreaterThan(990)
  })

  it('rests seldom, and ever more seldom, where records come one at a time', () => {
    expect(waits(1000, () => 1).length).toBeLessThan(5)
    const rests = waits(100_000, () => 1).length
    expect(rests).toBeGreaterThan(20)
    expect(rests).toBeLessThan(50)
  })

  it('rests no more when the other side is slow again', () => {
    let n = 0
    const rests = waits(2000, (isRested) => (n++ < 500 && isRested ? 16 : 1)).length
    expect(rests).toBeGreaterThan(400)
    expect(rests).toBeLessThan(520)
  })

  it('rests for a shorter time at a ring that is full sooner', () => {
    expect(Math.max(...waits(100, () => 1, 2))).toBe(0)
    expect(Math.max(...waits(100, () => 1, 64))).toBe(2)
    expect(Math.max(...waits(100, () => 1, 1 << 20))).toBe(4)
  })
})
