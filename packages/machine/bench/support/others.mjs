import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const RING = fileURLToPath(new URL('ring.py', import.meta.url))
const HAS_SIMPY = 'try:\n import simpy\nexcept ImportError:\n import SimPy.Simulation'

/** Nanoseconds for which this process has had a core: what a crowded host does not change. */
export function coreNs() {
  const { user, system } = process.cpuUsage()
  return (user + system) * 1000
}

/** The first Python that has SimPy; undefined where none has. */
export function pythonWithSimpy() {
  return ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', HAS_SIMPY]).status === 0,
  )
}

/** A ring of threads in SimPy, in a process of its own that simulates when it is asked to. */
export function simpyRing(python, cpus, threadsPerCpu) {
  return {
    async start() {
      const args = [RING, String(cpus), String(threadsPerCpu)]
      const child = spawn(python, args, { stdio: ['pipe', 'pipe', 'inherit'] })
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      return {
        async slice({ ms }) {
          child.stdin.write(`${ms}\n`)
          const { value, done } = await lines.next()
          if (done) throw new Error('the ring in SimPy has ended, and was to simulate')
          const [count, ns] = value.split(' ').map(Number)
          return { count, ns }
        },
        async stop() {
          child.stdin.end()
          if (child.exitCode === null) await new Promise((ended) => child.once('exit', ended))
        },
      }
    },
  }
}

/**
 * What no simulation of discrete events can do without: the earliest of `pending` events is taken
 * from a binary heap, and comes back later. Nothing happens in it.
 */
export function bareHeap(pending) {
  return {
    async start() {
      const heap = new Heap(pending)
      return {
        async slice({ ms }) {
          const [begin, since] = [performance.now(), coreNs()]
          let count = 0
          for (; performance.now() - begin < ms; count += 1000) {
            for (let i = 0; i < 1000; i++) heap.next()
          }
          return { count, ns: coreNs() - since }
        },
        async stop() {},
      }
    },
  }
}

class Heap {
  #at
  #what
  #seed = 1

  constructor(pending) {
    this.#at = Float64Array.from({ length: pending }, (_, i) => i)
    this.#what = Int32Array.from({ length: pending }, (_, i) => i)
  }

  /** Moves the first to a later time; returns which it was. */
  next() {
    this.#seed = (Math.imul(this.#seed, 1103515245) + 12345) & 0x7fffffff
    const what = this.#what[0]
    this.#sink(this.#at[0] + (this.#seed % 4096), what)
    return what
  }

  #sink(at, what) {
    const { length } = this.#at
    let hole = 0
    for (let child = 1; child < length; child = 2 * hole + 1) {
      if (child + 1 < length && this.#at[child + 1] < this.#at[child]) child++
      if (this.#at[child] >= at) break
      this.#at[hole] = this.#at[child]
      this.#what[hole] = this.#what[child]
      hole = child
    }
    this.#at[hole] = at
    this.#what[hole] = what
  }
}
