import { Worker } from 'node:worker_threads'

const LOOK_MS = 500
/** Of the processor, which a busy host gives slowly, or asleep: no call takes as long. */
const SPUN_MS = 3_000
const SLEPT_MS = 60_000

/** Ends the process, with the name of the call on stdout, when one call takes for ever. */
export class Watch {
  /** Which call is made, and how many were made before. */
  #word = new Int32Array(new SharedArrayBuffer(8))

  constructor(names) {
    const worker = new Worker(WATCHER, {
      eval: true,
      workerData: { word: this.#word, names, LOOK_MS, SPUN_MS, SLEPT_MS },
    })
    worker.unref()
  }

  get index() {
    return Atomics.load(this.#word, 0)
  }

  begin(index) {
    Atomics.store(this.#word, 0, index)
    Atomics.add(this.#word, 1, 1)
  }
}

const WATCHER = `
const { workerData: { word, names, LOOK_MS, SPUN_MS, SLEPT_MS } } = require('node:worker_threads')
const { writeSync } = require('node:fs')
let seen = { made: -2 }
setInterval(() => {
  const index = Atomics.load(word, 0)
  const made = Atomics.load(word, 1)
  const spun = process.cpuUsage().user / 1e3
  const now = performance.now()
  if (made !== seen.made) seen = { made, spun, now }
  else if (index >= 0 && (spun - seen.spun > SPUN_MS || now - seen.now > SLEPT_MS)) {
    writeSync(1, JSON.stringify({ hangs: names[index] }) + '\\n')
    process.kill(process.pid, 'SIGKILL')
  }
}, LOOK_MS)
`
