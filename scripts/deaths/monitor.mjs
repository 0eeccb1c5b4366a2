import { Worker } from 'node:worker_threads'

const LOOK_MS = 500
/** No burial takes so long, and no garbage collection of these small heaps. */
const FROZEN_MS = 20_000

/**
 * Ends the process with a sentence when its main thread, which is the supervisor of all that is
 * killed, does not turn its event loop any more: nothing else could say so.
 */
export class Monitor {
  #word = new Int32Array(new SharedArrayBuffer(4))
  #what = new Uint8Array(new SharedArrayBuffer(256))

  constructor() {
    const workerData = { word: this.#word, what: this.#what, looks: FROZEN_MS / LOOK_MS, LOOK_MS }
    new Worker(WATCHER, { eval: true, workerData }).unref()
    setInterval(() => Atomics.add(this.#word, 0, 1), LOOK_MS / 5).unref()
  }

  /** What the supervisor is about, for that sentence. */
  says(what) {
    this.#what.fill(0)
    new TextEncoder().encodeInto(what, this.#what)
  }
}

const WATCHER = `
const { workerData: { word, what, looks, LOOK_MS } } = require('node:worker_threads')
const { writeSync } = require('node:fs')
let seen = -1
let same = 0
setInterval(() => {
  const turns = Atomics.load(word, 0)
  same = turns === seen ? same + 1 : 0
  seen = turns
  if (same < looks) return
  const text = Buffer.from(what).toString().replaceAll('\\0', '')
  writeSync(1, 'the supervisor is frozen: ' + text + '\\n')
  process.kill(process.pid, 'SIGKILL')
}, LOOK_MS)
`
