import { LiveMemory } from '@smpnet/memory'
import { bench } from '@smpnet/testing'

/** What going through `Memory` costs, beside the same operation on a bare Int32Array. */
const words = new Int32Array(new SharedArrayBuffer(4096))
const memory = LiveMemory.create(4096)

await bench(import.meta.url, {
  name: 'one access',
  baseline: 'Atomics.load',
  variants: {
    'Atomics.load': () => Atomics.load(words, 16),
    'memory.load': () => memory.load(64),
    'Atomics.store': () => Atomics.store(words, 16, 1),
    'memory.store': () => memory.store(64, 1),
    'Atomics.compareExchange': () => Atomics.compareExchange(words, 16, 1, 1),
    'memory.compareExchange': () => memory.compareExchange(64, 1, 1),
    'plain read': () => words[16],
    'memory.read': () => memory.read(64),
  },
})
