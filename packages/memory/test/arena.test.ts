import { describe, expect, it } from 'vitest'
import { Arena, OutOfMemory } from '../src/index.ts'
import { kinds } from './memories.ts'

describe.each(kinds)('an arena of %s memory', (_, create) => {
  it('places on lines of their own, never at 0', () => {
    const arena = Arena.create(create(1024))
    expect([arena.place('a', 1), arena.place('b', 64), arena.place('c', 65)]).toEqual([
      64, 128, 192,
    ])
    expect(arena.left()).toBe(1024 - 320)
  })

  it('goes on where another that opened the memory stopped', () => {
    const memory = create(1024)
    const first = Arena.create(memory).place('first', 8)
    expect(Arena.open(memory).place('second', 8)).toBe(first + 64)
  })

  it('says who wanted how much of what was left', () => {
    const arena = Arena.create(create(256))
    arena.place('a lock', 8)
    expect(() => arena.place('a table', 200)).toThrow(OutOfMemory)
    expect(() => arena.place('a table', 200)).toThrow(
      "a table needs 256 bytes, and of the memory's 256 bytes 128 are left",
    )
    expect(arena.place('what still fits', 128)).toBe(128)
  })

  it('refuses what no memory can hold, and places nothing then', () => {
    const arena = Arena.create(create(256))
    for (const bytes of [2 ** 31, 2 ** 32, 3e9, Number.POSITIVE_INFINITY]) {
      expect(() => arena.place('a giant', bytes)).toThrow(OutOfMemory)
    }
    for (const bytes of [0, -5, Number.NaN]) {
      expect(() => arena.place('nothing', bytes)).toThrow(`nothing has at least 1 byte: ${bytes}`)
    }
    expect(arena.left()).toBe(192)
  })

  it('refuses a memory that no arena manages', () => {
    expect(() => Arena.open(create(64))).toThrow('begins with 0x736d7001: 0x0 came')
  })
})
