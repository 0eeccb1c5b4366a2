import { describe, expect, it } from 'vitest'
import { type Address, inspect, layout, LiveMemory, View, word, words } from '../src/index.ts'
import { kinds } from './memories.ts'

const QUEUE = layout('queue', {
  head: word('x', 'consumer'),
  tail: word('x', 'producer'),
  seen: word('o', 'consumer'),
  size: word('a', 'constant'),
})

describe('a layout', () => {
  it('puts words one after another when no line is named', () => {
    const pair = layout('pair', { first: word('m'), rest: words(3, 'm'), last: word('m') })
    expect(pair.offset).toEqual({ first: 0, rest: 4, last: 16 })
    expect([pair.size, pair.align]).toEqual([20, 4])
  })

  it('gives every group of lines lines of its own', () => {
    expect(QUEUE.offset).toEqual({ head: 0, seen: 4, tail: 64, size: 128 })
    expect([QUEUE.size, QUEUE.align]).toEqual([192, 64])
  })

  it('lets a group be longer than a line', () => {
    const table = layout('table', { slots: words(20, 'm', 'slots'), lock: word('x', 'lock') })
    expect(table.offset.lock).toBe(128)
  })

  it('refuses a field without bytes', () => {
    expect(() => layout('odd', { nothing: words(0, 'm') })).toThrow(
      'field odd.nothing is a whole number of words, at least one: 0 bytes came',
    )
  })
})

describe.each(kinds)('a view of %s memory', (_, create) => {
  it('reads and writes fields by name', () => {
    const view = new View(QUEUE, create(256), 64)
    view.set('head', 1)
    view.set('size', 8)
    expect([view.get('head'), view.get('tail'), view.get('size')]).toEqual([1, 0, 8])
    expect(view.memory.load(view.addressOf('size'))).toBe(8)
    expect(inspect(QUEUE, view.memory, 64)).toEqual({ head: 1, tail: 0, seen: 0, size: 8 })
  })

  it('names the fields there are when asked for another', () => {
    const view = new View(QUEUE, create(256), 64) as View<string>
    expect(() => view.get('sise')).toThrow(
      'layout queue has the fields head, seen, tail, size: sise came',
    )
  })
})

describe('a view', () => {
  /** Notes which words were reached by plain reads and writes. */
  class Noting extends LiveMemory {
    readonly plain: number[] = []

    override read(at: Address): number {
      this.plain.push(at)
      return super.read(at)
    }
    override write(at: Address, value: number): void {
      this.plain.push(at)
      super.write(at, value)
    }
  }

  it('reaches fields that anybody may touch by atomic operations, and others plainly', () => {
    const memory = new Noting(new SharedArrayBuffer(256))
    const view = new View(QUEUE, memory, 0)
    for (const name of ['head', 'tail', 'seen', 'size'] as const)
      view.set(name, view.get(name) + 1)
    const { seen, size } = QUEUE.offset
    expect(memory.plain).toEqual([seen, seen, size, size])
  })
})
