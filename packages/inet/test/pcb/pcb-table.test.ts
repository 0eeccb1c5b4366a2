import { Arena, LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import * as inet from '../../src/index.ts'
import { checkTable } from '../support/check-table.ts'

const { ENDPOINT_OFFSET, PcbTable, writeEndpoints } = inet

describe('A table of control blocks', () => {
  it('finds the block that fits best, whatever was put in and taken out', () => {
    expect(checkTable(inet, 12, 500)).toBe(500)
  })

  it('is the same for a thread that opens it by its handle', () => {
    const memory = LiveMemory.create(4096)
    const table = PcbTable.create(Arena.create(memory), { chains: 8, seed: 1 })
    writeEndpoints(memory, 2048, 0, 7, 0, 0)
    table.insert(2048)
    expect(new PcbTable(memory, table.handle).lookup(1, 7, 2, 9)).toBe(2048)
  })

  it('lets a reader that stands on a block go on when that is taken out', () => {
    const memory = LiveMemory.create(4096)
    const table = PcbTable.create(Arena.create(memory), { chains: 1, seed: 1 })
    for (const at of [2048, 2112]) {
      writeEndpoints(memory, at, 0, 7, 0, 0)
      table.insert(at)
    }
    table.remove(2112)
    expect(memory.load(2112 + ENDPOINT_OFFSET.next)).toBe(2048)
  })

  it.each([0, 3, 1.5, 1 << 25])('with %d chains is refused', (chains) => {
    const arena = Arena.create(LiveMemory.create(1024))
    expect(() => PcbTable.create(arena, { chains, seed: 0 })).toThrow(
      `chains: expected a power of two from 1 to 16777216, came ${chains}`,
    )
  })
})
