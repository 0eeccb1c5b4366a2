import { Arena, LiveMemory, Zone } from '@smpnet/memory'
import { bench } from '@smpnet/testing'

/**
 * Allocate and free, one thread and two: a zone, and the free list that one would write instead,
 * a stack of indices with a version against ABA, popped and pushed by compare-exchange.
 */
export function zoneThread({ buffer, handle }, { index }) {
  const zone = Zone.open(new LiveMemory(buffer), handle)
  const place = { cpu: index }
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) zone.tryFree(place, zone.tryAlloc(place))
    return n
  }
}

export function stackThread({ buffer }) {
  const words = new Int32Array(buffer)
  const pop = () => {
    for (;;) {
      const head = Atomics.load(words, 0)
      const next = words[16 + (head & 0xffff)]
      const after = ((head + 0x10000) & ~0xffff) | next
      if (Atomics.compareExchange(words, 0, head, after) === head) return head & 0xffff
    }
  }
  const push = (item) => {
    for (;;) {
      const head = Atomics.load(words, 0)
      words[16 + item] = head & 0xffff
      const after = ((head + 0x10000) & ~0xffff) | item
      if (Atomics.compareExchange(words, 0, head, after) === head) return
    }
  }
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) push(pop())
    return n
  }
}

const team = (threads, run, args) =>
  Array.from({ length: threads }, () => ({ module: import.meta.url, run, args }))

function zoneTeam(threads) {
  const memory = LiveMemory.create(1 << 20)
  const shape = { name: 'bench', items: 64, itemBytes: 64, cpus: threads }
  const { handle } = Zone.create(Arena.create(memory), shape)
  const args = { buffer: memory.buffer, handle }
  return team(threads, 'zoneThread', args)
}

function stackTeam(threads) {
  const buffer = new SharedArrayBuffer(4096)
  const words = new Int32Array(buffer)
  for (let i = 1; i < 64; i++) words[16 + i] = i - 1
  words[0] = 63
  return team(threads, 'stackThread', { buffer })
}

await bench(import.meta.url, {
  name: 'allocate and free',
  baseline: 'atomic stack, 1 thread',
  variants: {
    'atomic stack, 1 thread': { threads: () => stackTeam(1) },
    'zone, 1 thread': { threads: () => zoneTeam(1) },
    'atomic stack, 2 threads': { threads: () => stackTeam(2) },
    'zone, 2 threads': { threads: () => zoneTeam(2) },
  },
})
