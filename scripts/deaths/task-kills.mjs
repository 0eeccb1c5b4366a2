import { madeWorkers } from './made-workers.mjs'
import { inShort, isNamed, PATIENCE_MS, sleep, until, within } from './waits.mjs'

const CPUS = 3
const CLIENTS = 24
/** What a runner whose worker is dead says. */
const LOST = ['TaskLost', 'CpuFailed']
const MODULE = new URL('task-jobs.mjs', import.meta.url)

/**
 * A runner of tasks under load, of which one worker is terminated anywhere, `kills` times. Every
 * promise must settle, none with another's result, and the runner must stop. Resolves to what was
 * found wrong, as sentences.
 */
export async function killAtTasks(_kind, { kills, random, fault }) {
  const { startLive } = await import('@smpnet/machine/live')
  const { startTasks } = await import('@smpnet/tasks')
  const start = () =>
    startTasks(startLive, { cpus: CPUS, modules: [MODULE], places: 16, mostWaiting: 500 })
  const faults = new Set()
  for (let left = kills; left > 0 && faults.size === 0; left--) {
    madeWorkers.length = 0
    const tasks = await start()
    const workers = [...madeWorkers]
    const troop = { tasks, random, faults, fault, isOver: false, next: 0, answers: 0 }
    const clients = Array.from({ length: CLIENTS }, () => asks(troop))
    // A runner that is slow to start would else die before it has done anything.
    await until(() => troop.answers > 0, PATIENCE_MS)
    await sleep(random() * 30)
    await workers[Math.floor(random() * CPUS)].terminate()
    const settled = within(
      Promise.all(clients).then(() => true),
      PATIENCE_MS,
      false,
    )
    if (!(await settled)) faults.add('a promise of a task has not settled after a death')
    troop.isOver = true
    const stopped = await within(
      tasks.stop().then(() => true),
      PATIENCE_MS,
      false,
    )
    if (!stopped) faults.add('a runner of which one CPU is dead has not stopped')
  }
  return [...faults]
}

/** Asks again and again, until the runner is lost; some calls are called off. */
async function asks(troop) {
  const { tasks, random, faults } = troop
  while (!troop.isOver) {
    const value = troop.next++
    const [text, list] = ['x'.repeat(value % 50), [value]]
    const abort = random() < 0.1 ? new AbortController() : undefined
    if (abort !== undefined) setTimeout(() => abort.abort(), random() * 2)
    const name = random() < 0.5 ? 'echo' : 'echoLater'
    try {
      const asked = troop.fault === 'wrong results' ? value + 1 : value
      const got = await tasks.run(MODULE, name, [asked, text, list], { signal: abort?.signal })
      troop.answers++
      if (got[0] !== value || got[1] !== text || got[2][0] !== value) {
        faults.add(`a task of ${value} came to ${JSON.stringify(got)}`)
      }
    } catch (error) {
      if (isNamed(error, 'AbortError')) continue
      if (!LOST.some((name) => isNamed(error, name))) faults.add(inShort(error))
      return
    }
  }
}
