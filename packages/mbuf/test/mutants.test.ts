import { type Address, Arena, LiveMemory, NIL, type Place } from '@smpnet/memory'
import { expect, it } from 'vitest'
import { Mbufs, type MbufHandle } from '../src/index.ts'
import { CLASS, CLUSTER, MBUF, SHARED } from '../src/layout/header.ts'
import { Stock } from '../src/pool/stock.ts'
import { Chance } from './chance.ts'
import { MEMORY_BYTES } from './pools.ts'
import { runs, small } from './programs.ts'

const { packetLength: PACKET_LENGTH, kind: KIND, length: LENGTH, data: DATA } = MBUF.offset

class Trims extends Mbufs {
  override trimFront(packet: Address, bytes: number): void {
    const inFirst = Math.min(bytes, this.bytes(packet))
    super.trimFront(packet, inFirst)
    this.memory.write(packet + PACKET_LENGTH, this.length(packet) - bytes + inFirst)
  }
}

class Keeps extends Mbufs {
  override trimBack(packet: Address, bytes: number): void {
    const before = this.length(packet)
    super.trimBack(packet, bytes)
    this.memory.write(packet + PACKET_LENGTH, before)
  }
}

class Joins extends Mbufs {
  override concatenate(packet: Address, other: Address): void {
    this.memory.write(this.lastOf(packet) + MBUF.offset.next, other)
    this.memory.write(packet + PACKET_LENGTH, this.length(packet) + this.length(other))
  }
}

class Adds extends Mbufs {
  override sum(packet: Address, offset: number, bytes: number, initial = 0): number {
    let sum = initial
    this.walk(packet, offset, bytes, (at, length) => {
      sum = this.memory.sum(at, length, sum)
    })
    return this.memory.sum(0, 0, sum)
  }
}

class Overwrites extends Mbufs {
  override head(packet: Address, bytes: number): Address {
    const kind = this.memory.read(packet + KIND)
    this.memory.write(packet + KIND, kind & ~SHARED)
    const at = super.head(packet, bytes)
    this.memory.write(packet + KIND, kind)
    return at
  }
}

class Reaches extends Mbufs {
  override prepend(packet: Address, bytes: number): Address {
    const data = this.data(packet) - bytes
    this.memory.write(packet + DATA, data)
    this.memory.write(packet + LENGTH, this.bytes(packet) + bytes)
    this.memory.write(packet + PACKET_LENGTH, this.length(packet) + bytes)
    return data
  }
}

class Unmarked extends Stock {
  override refer(mbuf: Address, source: Address): void {
    const before = this.memory.read(source + KIND)
    super.refer(mbuf, source)
    this.memory.write(source + KIND, before)
  }
}

class Uncounted extends Stock {
  override refer(mbuf: Address, source: Address): void {
    super.refer(mbuf, source)
    const cluster = this.memory.read(mbuf + MBUF.offset.cluster)
    this.memory.store(cluster + CLUSTER.offset.references, 2)
  }
}

class Leaks extends Stock {
  override tryRelease(place: Place, mbuf: Address): boolean {
    const kind = this.memory.read(mbuf + KIND)
    if ((kind & SHARED) !== 0) this.memory.write(mbuf + KIND, kind & ~(SHARED | 7))
    return super.tryRelease(place, mbuf)
  }
}

class Forgets extends Stock {
  #takes = 0

  /** Clusters are missing now and then, as if others had the depot. */
  override tryTake(place: Place, kind: number, headroom: number, length: number): Address {
    const isMissing = (kind & CLASS) !== 0 && ++this.#takes % 5 === 0
    if (!isMissing) return super.tryTake(place, kind, headroom, length)
    super.tryTake(place, 0, 0, 0)
    return NIL
  }
}

const create = (make: (memory: LiveMemory, handle: MbufHandle) => Mbufs): Mbufs => {
  const arena = Arena.create(LiveMemory.create(MEMORY_BYTES))
  return make(arena.memory as LiveMemory, Mbufs.create(arena, small).handle)
}

const stocked = (Broken: typeof Stock) => (memory: LiveMemory, handle: MbufHandle) =>
  new Mbufs(memory, handle, new Broken(memory, handle))

it.each([
  ['trims one mbuf, and not the next', (m, h) => new Trims(m, h)],
  ['trims mbufs, and not the length of the packet', (m, h) => new Keeps(m, h)],
  ['joins two packets, and leaves two first mbufs', (m, h) => new Joins(m, h)],
  ['does not turn a sum at an odd border', (m, h) => new Adds(m, h)],
  ['pulls bytes up over what others see', (m, h) => new Overwrites(m, h)],
  ['prepends where there is no room', (m, h) => new Reaches(m, h)],
  ['shares without marking the first user', stocked(Unmarked)],
  ['counts the third user as the second', stocked(Uncounted)],
  ['forgets its reference to a cluster', stocked(Leaks)],
  ['keeps what it got when the rest was missing', stocked(Forgets)],
] as [string, (memory: LiveMemory, handle: MbufHandle) => Mbufs][])(
  'a program finds the mbuf that %s',
  (_, make) => {
    const found = Array.from({ length: 5 }, (__, seed) => {
      try {
        runs(create(make), new Chance(seed), 3000)
        return ''
      } catch (error) {
        return (error as Error).message
      }
    })
    expect(found.filter((message) => message !== '')).not.toEqual([])
  },
)

it('finds nothing in mbufs without a planted bug', () => {
  for (let seed = 0; seed < 5; seed++) {
    runs(
      create((m, h) => new Mbufs(m, h)),
      new Chance(seed),
      3000,
    )
  }
  expect(true).toBe(true)
})
