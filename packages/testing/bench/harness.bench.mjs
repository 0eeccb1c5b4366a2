import { bench } from '@smpnet/testing'

/** What the harness itself costs: an empty operation, one word, one and two threads. */
export function add({ shared }) {
  const words = new Int32Array(shared)
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) Atomics.add(words, 0, 1)
    return n
  }
}

const thread = () => ({
  module: import.meta.url,
  run: 'add',
  args: { shared: new SharedArrayBuffer(4) },
})

const contended = () => {
  const one = thread()
  return [one, one]
}

await bench(import.meta.url, {
  name: 'harness',
  baseline: 'one word',
  variants: {
    'empty function': () => 0,
    'one word': { threads: () => [thread()] },
    'one word, two threads': { threads: contended },
  },
})
