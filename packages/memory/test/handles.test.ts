import { describe, expect, it } from 'vitest'
import { Arena, BadHandle, LiveMemory, Pool, Zone } from '../src/index.ts'

function world() {
  const memory = LiveMemory.create(1 << 16)
  const arena = Arena.create(memory)
  const pool = Pool.create(arena, { name: 'p', items: 4, itemBytes: 64 })
  const zone = Zone.create(arena, { name: 'z', items: 8, itemBytes: 64, cpus: 1 })
  return { memory, arena, pool, zone }
}

describe.each(['pool', 'zone'] as const)('The handle of a %s', (kind) => {
  const made = world()
  const open = (handle: unknown, memory: unknown = made.memory) =>
    (kind === 'pool' ? Pool : Zone).open(memory as LiveMemory, handle as never)
  const { handle } = made[kind]

  it('opens it, through a message too', () => {
    expect(open(structuredClone(handle)).handle).toEqual(handle)
    expect(open(JSON.parse(JSON.stringify(handle))).handle).toEqual(handle)
  })

  it.each([
    [undefined, 'undefined came'],
    [{}, 'one whose at is undefined came'],
    [made[kind], 'itself came; pass its `.handle`'],
    [made[kind === 'pool' ? 'zone' : 'pool'].handle, 'came'],
    [{ ...handle, at: handle.at + 64 }, 'as it was made was expected'],
    [{ ...handle, at: 1 << 20 }, 'one whose at is 1048576 came'],
    [{ ...handle, at: handle.at + 2 }, 'one whose at is'],
    [{ ...handle, items: 5 }, 'as it was made was expected'],
    [{ ...handle, itemBytes: 128 }, 'as it was made was expected'],
  ])('and nothing else does: %o', (wrong, sentence) => {
    expect(() => open(wrong)).toThrow(BadHandle)
    expect(() => open(wrong)).toThrow(sentence)
  })

  it('leads nowhere in another memory', () => {
    expect(() => open(handle, LiveMemory.create(1 << 16))).toThrow(BadHandle)
    expect(() => open(handle, null)).toThrow('the memory of a')
  })
})

describe('A memory', () => {
  it.each([new ArrayBuffer(128), {}, undefined, 5])('is shared, not %o', (wrong) => {
    expect(() => new LiveMemory(wrong as never)).toThrow('threads share a SharedArrayBuffer')
  })

  it('is an arena’s or is not', () => {
    expect(() => Arena.open(LiveMemory.create(64))).toThrow(BadHandle)
    expect(() => Arena.open(undefined as never)).toThrow('the memory of an arena')
  })
})
