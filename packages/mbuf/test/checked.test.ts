import { type Address, Arena, Interrupt, LiveMemory, NIL } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { ByteQueue, CheckedMbufs, Mbufs, MbufFault } from '../src/index.ts'
import { CLUSTER, MBUF } from '../src/layout/header.ts'
import { MEMORY_BYTES, run, shape } from './pools.ts'

const here = { cpu: 0 }
const { next: NEXT, data: DATA, length: LENGTH, cluster: AT_CLUSTER, kind: KIND } = MBUF.offset

/** Checked buffers, a small packet and one with a cluster. */
function make() {
  const mbufs = CheckedMbufs.create(Arena.create(LiveMemory.create(MEMORY_BYTES)), shape)
  const small = run(mbufs.alloc(here, 100))
  const large = run(mbufs.alloc(here, 1000))
  return { mbufs, memory: mbufs.memory, small, large }
}

type World = ReturnType<typeof make>

/** A mistake, and what is said of it. */
const mistakes: [string, string, (world: World) => void][] = [
  [
    'frees a packet twice',
    'is to be in use, and it has been freed',
    ({ mbufs, small }) => {
      mbufs.tryFree(here, small)
      mbufs.tryFree(here, small)
    },
  ],
  [
    'trims a packet that was freed',
    'is to be in use, and it has been freed',
    ({ mbufs, large }) => {
      mbufs.tryFree(here, large)
      mbufs.trimFront(large, 1)
    },
  ],
  [
    'writes into an mbuf that was freed',
    'nothing is written to the mbuf at',
    ({ mbufs, memory, small }) => {
      const at = mbufs.data(small)
      mbufs.tryFree(here, small)
      memory.write8(at, 1)
      mbufs.tryAlloc(here, 100)
    },
  ],
  [
    'writes into a cluster that was freed',
    'nothing is written to the cluster at',
    ({ mbufs, memory, large }) => {
      const at = mbufs.data(large)
      mbufs.tryFree(here, large)
      memory.write8(at + 999, 1)
      mbufs.tryAlloc(here, 1000)
    },
  ],
  [
    'hands an mbuf to its zone behind the back of the packet',
    'is given out while it is in use: it was freed twice',
    ({ mbufs, memory, small }) => {
      const kind = memory.read(small + KIND)
      mbufs.tryFree(here, small)
      memory.write(small + KIND, kind)
      mbufs.tryAlloc(here, 100)
    },
  ],
  [
    'names an address that is no mbuf',
    'a packet is at the address of an mbuf of test: 12345 came',
    ({ mbufs }) => void mbufs.length(12345),
  ],
  [
    'names the second mbuf of a packet',
    'a packet is named by its first mbuf',
    ({ mbufs, small, large }) => {
      mbufs.concatenate(small, large)
      mbufs.prepend(large, 1)
    },
  ],
  [
    'overwrites the kind of an mbuf',
    'says that it is in use: 0x7 came',
    ({ mbufs, memory, small }) => {
      memory.write(small + KIND, 7)
      mbufs.head(small, 1)
    },
  ],
  [
    'changes the length of an mbuf alone',
    'has 100 bytes, and its mbufs have 99',
    ({ mbufs, memory, small }) => {
      memory.write(small + LENGTH, 99)
      mbufs.sum(small, 0, 10)
    },
  ],
  [
    'has data behind the end of the buffer',
    'the data of the mbuf at',
    ({ mbufs, memory, small }) => {
      memory.write(small + DATA, memory.read(small + DATA) + 200)
      mbufs.length(small)
    },
  ],
  [
    'has data before the buffer',
    'the data of the mbuf at',
    ({ mbufs, memory, small }) => {
      memory.write(small + DATA, small)
      mbufs.length(small)
    },
  ],
  [
    'links a packet to itself',
    'it leads round in a circle',
    ({ mbufs, memory, small }) => {
      memory.write(small + NEXT, small)
      mbufs.length(small)
    },
  ],
  [
    'joins a packet to itself',
    'two packets have no mbuf in common',
    ({ mbufs, small }) => mbufs.concatenate(small, small),
  ],
  [
    'puts a packet behind itself in a queue',
    'a packet is not behind itself',
    ({ mbufs, small }) => mbufs.setNextPacket(small, small),
  ],
  [
    'names a cluster that is none',
    'says that its buffer is of class 1: its cluster is 64',
    ({ mbufs, memory, large }) => {
      memory.write(large + AT_CLUSTER, 64)
      mbufs.length(large)
    },
  ],
  [
    'counts a reference too few',
    'its count is 0',
    ({ mbufs, memory, large }) => {
      const other = mbufs.tryShare(here, large, 0, 1000)
      memory.store(memory.read(large + AT_CLUSTER) + CLUSTER.offset.references, 0)
      mbufs.tryFree(here, other)
    },
  ],
  [
    'writes what another packet sees',
    'is written while another packet sees its bytes',
    ({ mbufs, large }) => {
      mbufs.tryShare(here, large, 0, 1000)
      mbufs.copyIn(large, 0, new Uint8Array(10), 0, 10)
    },
  ],
  [
    'trims more than there is',
    'a range lies inside its packet, of 100 bytes',
    ({ mbufs, small }) => mbufs.trimBack(small, 101),
  ],
  [
    'reads behind the end',
    'a range lies inside its packet, of 100 bytes',
    ({ mbufs, small }) => mbufs.copyOut(small, 90, new Uint8Array(20), 0, 20),
  ],
  [
    'copies a packet that was freed',
    'is to be in use, and it has been freed',
    ({ mbufs, small }) => {
      mbufs.tryFree(here, small)
      run(mbufs.copy(here, small, 0, 10))
    },
  ],
  [
    'shares a packet in an interrupt that was freed',
    'is to be in use, and it has been freed',
    ({ mbufs, large }) => {
      mbufs.tryFree(here, large)
      mbufs.shareNow(new Interrupt(0), large, 0, 10)
    },
  ],
  [
    'puts a freed packet into a byte queue',
    'is to be in use, and it has been freed',
    ({ mbufs, small }) => {
      const queue = ByteQueue.create(mbufs, MEMORY_BYTES - 4096, { high: 1000 })
      mbufs.tryFree(here, small)
      queue.appendRecord(small)
    },
  ],
  [
    'prepends part of a byte',
    'there is a whole number of bytes to prepend, at least 0: 1.5 came',
    ({ mbufs, small }) => void mbufs.prepend(small, 1.5),
  ],
  [
    'asks for less than nothing',
    'there is a whole number of bytes of a packet, at least 0: -1 came',
    ({ mbufs }) => void mbufs.tryAlloc(here, -1),
  ],
  [
    'gives a packet to an owner that there is not',
    'an owner has a number from 0 to 2: 3 came',
    ({ mbufs, small }) => mbufs.setOwner(small, 3),
  ],
  [
    'tags with no kind',
    'a tag is of a kind from 1 to 255: 0 came',
    ({ mbufs, small }) => void mbufs.setTag(small, 0, 1),
  ],
]

describe('mbufs that check', () => {
  it.each(mistakes)('say what is wrong when their user %s', (_, said, act) => {
    expect(() => act(make())).toThrow(MbufFault)
    expect(() => act(make())).toThrow(said)
  })

  it('share their memory with users that do not check', () => {
    const { mbufs, small } = make()
    const others = Mbufs.open(mbufs.memory, structuredClone(mbufs.handle))
    others.tryFree(here, small)
    const again: Address = mbufs.tryAlloc(here, 10)
    expect([again, mbufs.length(again)]).toEqual([small, 10])
    expect(mbufs.tryFree(here, again)).toBe(NIL)
    expect(() => mbufs.length(again)).toThrow('it has been freed')
  })
})
