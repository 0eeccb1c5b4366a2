import { LiveMemory } from '@smpnet/memory'
import { bench } from '@smpnet/testing'

/** What a KiB of a packet costs: to add it up, and to move it; and a field of a header. */
const KIB = 1024
const memory = LiveMemory.create(1 << 16)
const bytes = new Uint8Array(memory.buffer)
const shorts = new Uint16Array(memory.buffer)
const view = new DataView(memory.buffer)
for (let i = 0; i < bytes.length; i++) bytes[i] = i * 7

function carry(sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return sum
}

function sumByDataView(at, length) {
  let sum = 0
  for (let i = at; i < at + length; i += 2) sum += view.getUint16(i)
  return carry(sum)
}

function sumByUint16Array(at, length) {
  let sum = 0
  for (let i = at >> 1; i < (at + length) >> 1; i++) sum += shorts[i]
  const carried = carry(sum)
  return ((carried & 0xff) << 8) | (carried >> 8)
}

function moveByDataView(to, from, length) {
  for (let i = 0; i < length; i += 4) view.setInt32(to + i, view.getInt32(from + i))
}

const sums = [memory.sum(64, KIB), sumByDataView(64, KIB), sumByUint16Array(64, KIB)]
if (new Set(sums).size > 1) throw new Error(`all sums are the same: ${sums.join(', ')} came`)

let sink = 0

await bench(import.meta.url, {
  name: 'a KiB of a packet',
  baseline: 'sum by Uint16Array',
  variants: {
    'sum by Uint16Array': () => (sink ^= sumByUint16Array(64, KIB)),
    'sum by DataView': () => (sink ^= sumByDataView(64, KIB)),
    'memory.sum': () => (sink ^= memory.sum(64, KIB)),
    'memory.sum, odd start': () => (sink ^= memory.sum(65, KIB)),
    'move by DataView': () => moveByDataView(8192, 64, KIB),
    'bytes.copyWithin': () => bytes.copyWithin(8192, 64, 64 + KIB),
    'memory.move': () => memory.move(8192, 64, KIB),
  },
})

await bench(import.meta.url, {
  name: 'a field of a header',
  baseline: 'view.getUint16',
  variants: {
    'view.getUint16': () => (sink ^= view.getUint16(65)),
    'memory.read16be': () => (sink ^= memory.read16be(65)),
    'memory.read32be': () => (sink ^= memory.read32be(65)),
    'memory.sum, 20 bytes': () => (sink ^= memory.sum(64, 20)),
  },
})
