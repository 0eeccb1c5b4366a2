import { startLive } from '@smpnet/machine/live'
import { startTasks } from '@smpnet/tasks'
import { Piscina } from 'piscina'
import { Tinypool } from 'tinypool'

/**
 * The task runners that are compared: each with the same number of workers, the same task, and its
 * defaults otherwise. A pool is a function that runs the task once.
 */
const task = new URL('./null-task.mjs', import.meta.url)

const pools = {
  async ours(workers) {
    const tasks = await startTasks(startLive, { cpus: workers, modules: [task] })
    return tasks.bind(task, 'nothing')
  },
  piscina(workers) {
    const pool = new Piscina({ filename: task.href, minThreads: workers, maxThreads: workers })
    return () => pool.run(undefined)
  },
  tinypool(workers) {
    const pool = new Tinypool({ filename: task.href, minThreads: workers, maxThreads: workers })
    return () => pool.run(undefined)
  },
}

/** `inFlight` tasks at a time; the latency of each is recorded when there is one. */
export async function tasks({ pool, workers, inFlight }) {
  const run = await pools[pool](workers)
  for (let i = 0; i < workers * 4; i++) await run()
  const lane = async (slice, count) => {
    while (!slice.done(count.tasks)) {
      count.tasks++
      const startNs = inFlight === 1 ? slice.nowNs() : 0
      await run()
      if (inFlight === 1) slice.record(slice.nowNs() - startNs)
    }
  }
  return async (slice) => {
    const count = { tasks: 0 }
    await Promise.all(Array.from({ length: inFlight }, () => lane(slice, count)))
    return count.tasks
  }
}

/** The variants of a bench: every pool with every number of workers. */
export function variants(inFlight) {
  const all = [1, 4].flatMap((workers) =>
    ['piscina', 'tinypool', 'ours'].map((pool) => {
      const thread = { module: import.meta.url, run: 'tasks', args: { pool, workers, inFlight } }
      return [
        `${pool}, ${workers} workers`.replace('1 workers', '1 worker'),
        { threads: [thread] },
      ]
    }),
  )
  return Object.fromEntries(all)
}
