import { describe, expect, it, vi } from 'vitest'
import { Bill } from './memories.ts'

/** The package as an isolate has it that has made no memory yet. */
async function fresh() {
  vi.resetModules()
  return await import('../src/index.ts')
}

describe('an isolate', () => {
  it('refuses priced memory once it has live memory, and says what to do', async () => {
    const { LiveMemory, PricedMemory } = await fresh()
    LiveMemory.create(64)
    expect(() => new PricedMemory(64, new Bill())).toThrow(
      'an isolate has one kind of memory, and this one has live memory: priced memory came',
    )
    expect(() => new PricedMemory(64, new Bill())).toThrow('in a worker of its own')
    expect(LiveMemory.create(64).size).toBe(64)
  })

  it('refuses live memory once it has priced memory', async () => {
    const { LiveMemory, PricedMemory } = await fresh()
    expect(new PricedMemory(64, new Bill()).size).toBe(64)
    expect(() => LiveMemory.create(64)).toThrow('has priced memory: live memory came')
    expect(() => new LiveMemory(new SharedArrayBuffer(64))).toThrow('allowBothMemories()')
    expect(new PricedMemory(64, new Bill()).size).toBe(64)
  })

  it('has both when it says that it wants them', async () => {
    const { allowBothMemories, LiveMemory, PricedMemory } = await fresh()
    LiveMemory.create(64)
    allowBothMemories()
    expect(new PricedMemory(64, new Bill()).size).toBe(64)
    expect(LiveMemory.create(64).size).toBe(64)
  })

  it('has no kind yet when a memory was refused for its size', async () => {
    const { LiveMemory, PricedMemory } = await fresh()
    expect(() => LiveMemory.create(63)).toThrow('63 bytes came')
    expect(new PricedMemory(64, new Bill()).size).toBe(64)
  })
})
