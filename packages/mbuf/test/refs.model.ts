import { explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { type Address, Arena, LiveMemory, type Place } from '@smpnet/memory'
import { expect, it } from 'vitest'
import { CLUSTER, Mbufs } from '../src/index.ts'
import { MBUF, SHARED } from '../src/layout/header.ts'
import { Stock } from '../src/pool/stock.ts'

const shape = { name: 'refs', cpus: 2, mbufs: 4, clusters: { of2k: 1 } }
const COUNT = CLUSTER.offset.references

/** What plain code makes of a generator that spins: it tries again. */
function spin<T>(waiting: Generator<number, T, number>): T {
  for (;;) {
    const step = waiting.next(0)
    if (step.done) return step.value
  }
}

/** A cluster that two packets see, and for each of two CPUs its own view of the buffers. */
function share(Kind: typeof Stock) {
  const memory = LiveMemory.create(1 << 16)
  const { handle } = Mbufs.create(Arena.create(memory), shape)
  const open = (): Mbufs => new Mbufs(memory, handle, new Kind(memory, handle))
  const both = [open(), open()] as const
  const packet = spin(both[0].alloc({ cpu: 0 }, 1000))
  const other = spin(both[0].share({ cpu: 0 }, packet, 0, 1000))
  return { memory, both, packet, other }
}

const inUse = (mbufs: Mbufs): number[] => {
  const { mbufs: all, clusters } = mbufs.statistics()
  return [all, clusters.of2k]
}

/** Both CPUs drop their references at once. */
function drop(name: string, Kind: typeof Stock = Stock) {
  return explore({ name }, ({ thread, after }) => {
    const { both, packet, other } = share(Kind)
    thread('cpu 0', () => void spin(both[0].free({ cpu: 0 }, packet)))
    thread('cpu 1', () => void spin(both[1].free({ cpu: 1 }, other)))
    after(() => expect(inUse(both[0])).toEqual([0, 0]))
  })
}

it('frees the cluster once, whichever of two drops its reference last', () => {
  const result = drop('two drop')
  expect(result).toHold()
  console.log(result.summary)
})

/** One CPU shares again what it has while the other drops its reference, and then drops both. */
function shareAgain(name: string, Kind: typeof Stock = Stock) {
  return explore({ name }, ({ thread, after }) => {
    const { both, packet, other } = share(Kind)
    const [here, there] = both
    thread('cpu 0', () => {
      const third = spin(here.share({ cpu: 0 }, packet, 0, 1000))
      spin(here.free({ cpu: 0 }, packet))
      spin(here.free({ cpu: 0 }, third))
    })
    thread('cpu 1', () => void spin(there.free({ cpu: 1 }, other)))
    after(() => expect(inUse(here)).toEqual([0, 0]))
  })
}

it('keeps the cluster for a third user while the second drops its reference', () => {
  const result = shareAgain('third user')
  expect(result).toHold()
  console.log(result.summary)
})

/** Writing waits for the other to be gone: what its user sees is never half of each. */
function writeWhenAlone(name: string, alone: (mbufs: Mbufs, packet: Address) => boolean) {
  return explore({ name }, ({ thread, after }) => {
    const { memory, both, packet, other } = share(Stock)
    const at = both[0].data(packet)
    memory.write(at, 7)
    let seen = 0
    thread('writer', () => {
      if (alone(both[0], packet)) memory.write(at, 8)
    })
    thread('reader', () => {
      seen = memory.read(at)
      spin(both[1].free({ cpu: 1 }, other))
    })
    after(() => expect(seen).toBe(7))
  })
}

it('says that a packet is writable only when no other can see its bytes', () => {
  expect(writeWhenAlone('writer', (mbufs, packet) => mbufs.isWritable(packet))).toHold()
})

it('is caught when a packet is taken to be writable that is shared', () => {
  expect(writeWhenAlone('rash writer', () => true)).toFailWith('data-race')
})

/** Reads the count and writes it back, between which another CPU may do the same. */
class TornStock extends Stock {
  override tryRelease(place: Place, mbuf: Address): boolean {
    const { memory } = this
    const kind = memory.read(mbuf + MBUF.offset.kind)
    if ((kind & SHARED) === 0) return super.tryRelease(place, mbuf)
    const at = memory.read(mbuf + MBUF.offset.cluster) + COUNT
    const before = memory.load(at)
    memory.store(at, before - 1)
    // As one that has no reference of its own, or as the only one.
    memory.write(mbuf + MBUF.offset.kind, before === 1 ? kind & ~SHARED : kind & ~(SHARED | 7))
    return super.tryRelease(place, mbuf)
  }
}

it('is caught when a reference is dropped in two steps', () => {
  expect(drop('torn count', TornStock)).toFailWith('assertion')
})

/** Asks for the count after its subtraction: both may find that it is 0. */
class LateStock extends Stock {
  override tryRelease(place: Place, mbuf: Address): boolean {
    const { memory } = this
    const kind = memory.read(mbuf + MBUF.offset.kind)
    if ((kind & SHARED) === 0) return super.tryRelease(place, mbuf)
    const at = memory.read(mbuf + MBUF.offset.cluster) + COUNT
    memory.add(at, -1)
    const isLast = memory.load(at) === 0
    memory.write(mbuf + MBUF.offset.kind, isLast ? kind & ~SHARED : kind & ~(SHARED | 7))
    return super.tryRelease(place, mbuf)
  }
}

it('is caught when two find that they were the last', () => {
  expect(drop('late look', LateStock).verdict).toBe('fails')
})
