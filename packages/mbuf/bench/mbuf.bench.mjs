import { Arena, LiveMemory, NIL } from '@smpnet/memory'
import { bench } from '@smpnet/testing'
import { Mbufs } from '@smpnet/mbuf'

/**
 * What a packet costs: to come and go, to get headers and bytes, to be added up. Beside it stands
 * what one would write for one thread, a pool of `Buffer`s with a start and an end.
 */
const KIB = 1024
const HEADROOM = 64
const memory = LiveMemory.create(1 << 22)
const mbufs = Mbufs.create(Arena.create(memory), {
  name: 'bench',
  cpus: 1,
  mbufs: 256,
  clusters: { of2k: 128, of64k: 4 },
})
const place = { cpu: 0 }
const bytes = new Uint8Array(KIB)
for (let i = 0; i < KIB; i++) bytes[i] = i * 7

class PooledPacket {
  buffer = Buffer.alloc(2048)
  start = 0
  end = 0
}

const pool = Array.from({ length: 64 }, () => new PooledPacket())

function take(length) {
  const packet = pool.pop() ?? new PooledPacket()
  packet.start = HEADROOM
  packet.end = HEADROOM + length
  return packet
}

/** Adds 16-bit words as one does in JavaScript. */
function sumOf(packet) {
  let sum = 0
  for (let i = packet.start; i < packet.end; i += 2) sum += packet.buffer.readUInt16BE(i)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return sum
}

function alloc(length) {
  const packet = mbufs.tryAlloc(place, length)
  return packet !== NIL ? packet : mbufs.alloc(place, length).next().value
}

const packet = alloc(KIB)
const pooled = take(KIB)
mbufs.copyIn(packet, 0, bytes, 0, KIB)
pooled.buffer.set(bytes, HEADROOM)
if (mbufs.sum(packet, 0, KIB) !== sumOf(pooled)) throw new Error('both sums are the same')
const chain = alloc(KIB)
mbufs.concatenate(chain, alloc(KIB))

let sink = 0

await bench(import.meta.url, {
  name: 'a packet comes and goes',
  baseline: 'Buffer pool',
  variants: {
    'Buffer pool': () => void pool.push(take(64)),
    'Buffer.allocUnsafe(64)': () => (sink ^= Buffer.allocUnsafe(64).length),
    'Buffer.allocUnsafe(1024)': () => (sink ^= Buffer.allocUnsafe(KIB).length),
    'mbuf, 64 B': () => void mbufs.tryFree(place, alloc(64)),
    'mbuf, 1 KiB': () => void mbufs.tryFree(place, alloc(KIB)),
    'mbuf, shared 1 KiB': () => void mbufs.tryFree(place, mbufs.tryShare(place, packet, 0, KIB)),
  },
})

await bench(import.meta.url, {
  name: 'a header comes and goes',
  baseline: 'Buffer pool',
  variants: {
    'Buffer pool': () => {
      pooled.start -= 20
      pooled.buffer.writeUInt16BE(7, pooled.start)
      pooled.start += 20
    },
    'mbuf, prepend and trimFront': () => {
      memory.write16be(mbufs.prepend(packet, 20), 7)
      mbufs.trimFront(packet, 20)
    },
    'mbuf, head': () => (sink ^= mbufs.head(packet, 20)),
  },
})

await bench(import.meta.url, {
  name: 'a KiB of a packet',
  baseline: 'Buffer pool, copy in',
  variants: {
    'Buffer pool, copy in': () => pooled.buffer.set(bytes, pooled.start),
    'mbuf, copy in': () => mbufs.copyIn(packet, 0, bytes, 0, KIB),
    'Buffer pool, copy out': () =>
      bytes.set(pooled.buffer.subarray(pooled.start, pooled.start + KIB)),
    'mbuf, copy out': () => mbufs.copyOut(packet, 0, bytes, 0, KIB),
    'Buffer pool, sum': () => (sink ^= sumOf(pooled)),
    'mbuf, sum': () => (sink ^= mbufs.sum(packet, 0, KIB)),
    'mbuf, sum over two': () => (sink ^= mbufs.sum(chain, KIB / 2, KIB)),
  },
})
