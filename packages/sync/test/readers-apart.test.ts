import { CACHE_LINE_BYTES, LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { finish, type Waiter } from '@smpnet/park'
import { tinyWorld } from '@smpnet/park/model'
import { lockTable } from '../src/kinds/lock-table.ts'
import type { Section } from '../src/offered/section.ts'

/** Memory that notes which cache lines are written through it. */
class NotingMemory extends LiveMemory {
  readonly written = new Set<number>()

  override store(at: number, value: number): void {
    this.#note(at)
    super.store(at, value)
  }

  override exchange(at: number, value: number): number {
    this.#note(at)
    return super.exchange(at, value)
  }

  override compareExchange(at: number, expected: number, value: number): number {
    this.#note(at)
    return super.compareExchange(at, expected, value)
  }

  override add(at: number, delta: number): number {
    this.#note(at)
    return super.add(at, delta)
  }

  override or(at: number, bits: number): number {
    this.#note(at)
    return super.or(at, bits)
  }

  override and(at: number, bits: number): number {
    this.#note(at)
    return super.and(at, bits)
  }

  override write(at: number, value: number): void {
    this.#note(at)
    super.write(at, value)
  }

  #note(at: number): void {
    this.written.add(Math.floor(at / CACHE_LINE_BYTES))
  }
}

function readOnce(section: Section, td: Waiter): void {
  if (!section.tryEnter(td)) finish(td, section.enter(td))
  if (!section.tryExit(td)) finish(td, section.exit(td))
}

describe.each(lockTable)('Readers of the lock $name', ({ bytes, over, hasReadersApart }) => {
  it(`write ${hasReadersApart ? 'no line that others write' : 'what others write'}`, () => {
    const cpus = 2
    const { memory, tds, at } = tinyWorld(cpus, bytes(cpus))
    const [first, second] = tds.map((td) => {
      const own = new NotingMemory(memory.words.buffer)
      const { write, read = write } = over({ memory: own, at, cpus })
      // The first time may be dearer than all that follow.
      readOnce(read, td)
      own.written.clear()
      readOnce(read, td)
      return own.written
    }) as [Set<number>, Set<number>]
    const shared = [...first].filter((line) => second.has(line))
    expect(shared.length === 0).toBe(hasReadersApart)
  })
})
