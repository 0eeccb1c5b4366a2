import { startLive } from '@smpnet/machine/live'
import { DOING, LINE, MUTEXES, RWLOCKS } from './soak-boot.mjs'

/** How long a thread may make no step before it counts as stuck: its CPUs may be busy elsewhere. */
const STUCK_MS = 30_000
const LOOK_MS = 1_000

/**
 * Runs threads on two live CPUs that lock, sleep, wake each other and end at random, for `ms`, then
 * has all of them end. Resolves to what came of it; rejects with an Error that names the seed and
 * which was stuck, or what was lost. `fault`, which it must find: 'deaf' threads wait for a signal
 * that is never sent, 'lawless' threads add without the mutex.
 */
export async function soak(options) {
  const { seed, ms, threads = 1000, stuckMs = STUCK_MS, fault, onLook = () => {} } = options
  let shared
  let over = 0
  const heaps = [[], []]
  const machine = await startLive({
    cpus: 2,
    boot: new URL('./soak-boot.mjs', import.meta.url),
    lot: { waiters: threads + 8, threads: 1 },
    setup: ({ arena }) => {
      shared = {
        seed,
        threads,
        fault,
        stop: arena.place('stop', LINE),
        ended: arena.place('ended', LINE),
        mutexes: arena.place('mutexes', MUTEXES * LINE),
        rwlocks: arena.place('rwlocks', RWLOCKS * LINE),
        // Of each thread: signals, what it does, rounds, and additions under mutexes.
        thread: arena.place('threads', threads * LINE),
      }
      return shared
    },
    onReport: (cpu, { heapBytes, isOver }) => {
      if (isOver) over++
      else heaps[cpu].push(heapBytes)
    },
  })
  try {
    const isOver = () => over === 2
    return await watch(machine, shared, { ms, stuckMs, heaps, onLook, isOver })
  } catch (error) {
    throw new Error(`soak with seed ${seed}: ${error.message}`, { cause: error })
  } finally {
    await machine.stop()
  }
}

async function watch(machine, shared, { ms, stuckMs, heaps, onLook, isOver }) {
  const { memory } = machine.here
  const rss = []
  const steps = new Steps(memory, shared)
  const endMs = performance.now() + ms
  while (!isOver()) {
    const left = endMs - performance.now()
    await Promise.race([pause(Math.max(50, Math.min(LOOK_MS, left))), machine.stopped])
    if (performance.now() >= endMs) memory.store(shared.stop, 1)
    const stuck = steps.look(performance.now(), stuckMs)
    if (stuck.length > 0) throw new Error(`no step for ${stuckMs} ms: ${stuck.join('; ')}`)
    rss.push(process.memoryUsage().rss)
    onLook({ rounds: steps.all(), rss: rss.at(-1) })
  }
  return { rounds: steps.all(), additions: additions(memory, shared), rss, heaps }
}

/** The steps of each thread, and when each was seen to have made one. */
class Steps {
  constructor(memory, { threads, thread }) {
    this.memory = memory
    this.at = Array.from({ length: threads }, (_, i) => thread + i * LINE)
    this.counts = this.at.map(() => -1)
    this.sinceMs = this.at.map(() => Number.POSITIVE_INFINITY)
  }

  all() {
    return sum(this.counts)
  }

  /** The threads that have made no step for so long, and what each does instead. */
  look(nowMs, stuckMs) {
    return this.at.flatMap((at, i) => {
      const doing = this.memory.load(at + 4)
      const count = this.memory.load(at + 8)
      if (count !== this.counts[i] || doing === DOING.length - 1) this.sinceMs[i] = nowMs
      this.counts[i] = count
      return nowMs - this.sinceMs[i] >= stuckMs ? [`thread ${i} ${DOING[doing]}`] : []
    })
  }
}

/** What threads say they have added under mutexes, and what is there. Throws if they differ. */
function additions(memory, { threads, thread, mutexes }) {
  const said = sumOf(threads, (i) => memory.load(thread + i * LINE + 12))
  const found = sumOf(MUTEXES, (i) => memory.load(mutexes + i * LINE + 32))
  if (said !== found) throw new Error(`${said} additions under mutexes left ${found}`)
  return found
}

function sumOf(count, of) {
  return sum(Array.from({ length: count }, (_, i) => of(i)))
}

function sum(numbers) {
  return numbers.reduce((one, other) => one + other, 0)
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
