import { Worker } from 'node:worker_threads'

const LOOK_MS = 500
/** Of the processor, which a busy host gives slowly, or asleep: no call takes as long. */
const SPUN_MS = 3_000
const SLEPT_MS = 60_000

/** Ends the process, with the name of the call on stdout, when one call takes for ever. */
export class Watch {
  #word = new Int32Array(new SharedArrayBuffer(4))

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
  }
}

const WATCHER = `
const { workerData: { word, names, LOOK_MS, SPUN_MS, SLEPT_MS } } = require('node:worker_threads')
const { writeSync } = require('node:fs')
let seen = { index: -2 }
setInterval(() => {
  const index = Atomics.load(word, 0)
  const spun = process.cpuUsage().user / 1e3
  const now = performance.now()
  if (index !== seen.index) seen = { index, spun, now }
  else if (index >= 0 && (spun - seen.spun > SPUN_MS || now - seen.now > SLEPT_MS)) {
    writeSync(1, JSON.stringify({ hangs: names[index] }) + '\\n')
    process.kill(process.pid, 'SIGKILL')
  }
}, LOOK_MS)
`
