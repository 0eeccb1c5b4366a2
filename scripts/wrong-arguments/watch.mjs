import { Worker } from 'node:worker_threads'

const STUCK_MS = 3_000

/** Ends the process, with the name of the call on stdout, when one call takes for ever. */
export class Watch {
  #word = new Int32Array(new SharedArrayBuffer(4))

  constructor(names) {
    const worker = new Worker(WATCHER, {
      eval: true,
      workerData: { word: this.#word, names, stuckMs: STUCK_MS },
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
const { workerData: { word, names, stuckMs } } = require('node:worker_threads')
const { writeSync } = require('node:fs')
let seen = -2
setInterval(() => {
  const index = Atomics.load(word, 0)
  if (index === seen && index >= 0) {
    writeSync(1, JSON.stringify({ hangs: names[index] }) + '\\n')
    process.kill(process.pid, 'SIGKILL')
  }
  seen = index
}, stuckMs)
`
