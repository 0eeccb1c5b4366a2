import { workerData as isAtomic } from 'node:worker_threads'
import { encoder } from './installed/reflected-ffi.mjs'

const worker = new globalThis.Worker(new URL('./coincident-worker.mjs', import.meta.url))
const { port1, port2 } = new MessageChannel()
const encode = encoder({ byteOffset: 8 })
port1.addEventListener('message', ({ data: [words, , [x]] }) => {
  words[1] = encode(x * 2, words.buffer)
  if (isAtomic) Atomics.store(words, 0, 1)
  else words[0] = 1
  Atomics.notify(words, 0)
})
worker.postMessage(['', '', -1], [port2])
