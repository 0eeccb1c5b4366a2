import { Arena, Interrupt, LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { Counters } from '../src/index.ts'

describe('counters', () => {
  it('are summed over CPUs, which share no line', () => {
    const arena = Arena.create(LiveMemory.create(1 << 16))
    const counters = new Counters(arena.memory, Counters.place(arena, 3, ['sent', 'dropped']))
    for (let cpu = 0; cpu < 3; cpu++)
      counters.add(new Interrupt(cpu), counters.number('sent'), cpu + 1)
    counters.add(new Interrupt(2), counters.number('dropped'), 1)
    expect(counters.totals()).toEqual({ sent: 6, dropped: 1 })
    expect(counters.of(1, 0)).toBe(2)
  })

  it('wrap at 32 bits', () => {
    const arena = Arena.create(LiveMemory.create(1 << 16))
    const counters = new Counters(arena.memory, Counters.place(arena, 1, ['sent']))
    counters.add(new Interrupt(0), 0, 2 ** 31)
    counters.add(new Interrupt(0), 0, 2 ** 31 - 1)
    expect(counters.of(0, 0)).toBe(2 ** 32 - 1)
    counters.add(new Interrupt(0), 0, 1)
    expect(counters.of(0, 0)).toBe(0)
  })

  it('are known by their names', () => {
    const arena = Arena.create(LiveMemory.create(1 << 16))
    expect(() => Counters.place(arena, 1, ['a', 'a'])).toThrow('a came twice')
    const counters = new Counters(arena.memory, Counters.place(arena, 1, ['a', 'b']))
    expect(() => counters.number('c')).toThrow("the counters are a, b: 'c' came")
  })
})
