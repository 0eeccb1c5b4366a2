import { Arena, NIL } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { BUFFER_BYTES, Mbufs } from '../src/index.ts'
import { bytesOf, kinds, make, pattern, run } from './pools.ts'

const here = { cpu: 0 }

/** Of each mbuf of a packet, how many bytes its data has. */
function lengths(mbufs: Mbufs, packet: number): number[] {
  const all: number[] = []
  for (let m = packet; m !== NIL; m = mbufs.next(m)) all.push(mbufs.bytes(m))
  return all
}

describe.each(kinds)('packets in %s memory', (_, create) => {
  const filled = (mbufs: Mbufs, bytes: number, from = 0): number => {
    const packet = run(mbufs.alloc(here, bytes))
    mbufs.copyIn(packet, 0, pattern(bytes, from), 0, bytes)
    return packet
  }

  it.each([{ of2k: 10, of64k: 1 }, {}])('fit into the bytes that they say: %j', (clusters) => {
    const shape = { name: 'few', cpus: 3, mbufs: 20, clusters }
    const arena = Arena.create(create(1 << 20))
    const before = arena.left()
    Mbufs.create(arena, shape)
    const taken = before - arena.left()
    expect(taken).toBeLessThanOrEqual(Mbufs.bytes(shape))
    expect(taken).toBeGreaterThan(Mbufs.bytes(shape) - 400)
  })

  it.each([
    [0, [0]],
    [160, [160]],
    [192, [192]],
    [193, [193]],
    [1984, [1984]],
    [1985, [1985]],
    [9152, [9152]],
    [9153, [9153]],
    [65472, [65472]],
    [65536, [65472, 64]],
    [100_000, [65472, 34528]],
  ])('of %i bytes lie in as few buffers as can be', (bytes, expected) => {
    const mbufs = make(create)
    const packet = run(mbufs.alloc(here, bytes))
    expect(lengths(mbufs, packet)).toEqual(expected)
    expect([mbufs.length(packet), mbufs.headroom(packet)]).toEqual([bytes, bytes === 0 ? 256 : 64])
    expect(mbufs.tryFree(here, packet)).toBe(NIL)
    expect(mbufs.statistics().mbufs).toBe(0)
  })

  it('take the smallest cluster with room for them', () => {
    const mbufs = make(create)
    const classes = [1984, 4032, 9152, 65472].map((bytes) => {
      const packet = run(mbufs.alloc(here, bytes))
      return mbufs.tailroom(packet)
    })
    expect(classes).toEqual([0, 0, 0, 0])
    expect(mbufs.statistics().clusters).toEqual({ of2k: 1, of4k: 1, of9k: 1, of64k: 1 })
    expect(BUFFER_BYTES).toEqual([256, 2048, 4096, 9216, 65536])
  })

  it('are trimmed, prepended to, pulled up, split, joined and shared', () => {
    const mbufs = make(create)
    const packet = filled(mbufs, 3000)
    mbufs.trimFront(packet, 100)
    mbufs.trimBack(packet, 900)
    expect(bytesOf(mbufs, packet)).toEqual(pattern(3000).subarray(100, 2100))
    const second = mbufs.trySplit(here, packet, 500)
    expect(bytesOf(mbufs, packet)).toEqual(pattern(3000).subarray(100, 600))
    expect(bytesOf(mbufs, second)).toEqual(pattern(3000).subarray(600, 2100))
    expect(mbufs.isWritable(second)).toBe(false)
    const shared = mbufs.tryShare(here, second, 100, 1000)
    expect(bytesOf(mbufs, shared)).toEqual(pattern(3000).subarray(700, 1700))
    mbufs.concatenate(packet, second)
    expect(bytesOf(mbufs, packet)).toEqual(pattern(3000).subarray(100, 2100))
    expect(mbufs.head(shared, 40)).not.toBe(NIL)
    expect(lengths(mbufs, shared)).toEqual([40, 960])
    const at = mbufs.prepend(shared, 20)
    mbufs.memory.fill(at, 7, 20)
    expect(bytesOf(mbufs, shared).subarray(0, 20)).toEqual(new Uint8Array(20).fill(7))
    expect([mbufs.tryFree(here, packet), mbufs.tryFree(here, shared)]).toEqual([NIL, NIL])
    const { mbufs: inUse, clusters } = mbufs.statistics()
    expect([inUse, clusters]).toEqual([0, { of2k: 0, of4k: 0, of9k: 0, of64k: 0 }])
  })
})
