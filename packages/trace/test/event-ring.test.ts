import { Arena, LiveMemory } from '@smpnet/memory'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventRing, Tracer } from '../src/index.ts'

function make(events: number) {
  const arena = Arena.create(LiveMemory.create(1 << 16))
  const handle = EventRing.place(arena, events)
  return {
    writer: new EventRing(arena.memory, handle),
    reader: new EventRing(arena.memory, handle),
  }
}

describe('an event ring', () => {
  it('keeps the last events, in order, and counts those that it lost', () => {
    const time = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
    const number = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
    const event = fc.record({ timeNs: time, kind: fc.nat(255), one: number, other: number })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const { writer, reader } = make(8)
        for (const { timeNs, kind, one, other } of events) writer.record(timeNs, kind, one, other)
        const lost = Math.max(0, events.length - 8)
        expect(reader.read()).toEqual({ events: events.slice(lost), lost })
      }),
    )
  })

  it('goes on where another object of the same ring has stopped', () => {
    const { writer } = make(8)
    writer.record(1, 0, 0, 0)
    new EventRing(writer.memory, writer.handle).record(2, 0, 0, 0)
    expect(writer.read().events.map(({ timeNs }) => timeNs)).toEqual([1, 2])
  })

  it('throws away what is written over while it is read', () => {
    const { writer, reader } = make(4)
    for (let i = 0; i < 4; i++) writer.record(i, 0, 0, 0)
    const { memory } = reader
    const load = memory.load.bind(memory)
    let loads = 0
    // After the first event is copied, the writer laps the reader by two.
    memory.load = (at) => {
      if (++loads === 6) for (let i = 4; i < 6; i++) writer.record(i, 0, 0, 0)
      return load(at)
    }
    expect(reader.read()).toMatchObject({ events: [{ timeNs: 2 }, { timeNs: 3 }], lost: 2 })
  })

  it('has a length that is a power of two', () => {
    expect(() => make(12)).toThrow('a power of two of events: 12 came')
  })

  it('takes the time of a tracer', () => {
    const { writer } = make(4)
    let now = 0
    const tracer = new Tracer(writer, () => (now += 10))
    tracer.event(1, 2, 3)
    tracer.event(4, 5, 6)
    expect(writer.read().events).toEqual([
      { timeNs: 10, kind: 1, one: 2, other: 3 },
      { timeNs: 20, kind: 4, one: 5, other: 6 },
    ])
  })
})
