import { Worker } from 'node:worker_threads'
import { ownCores } from '../machines/told-machine.ts'
import { workerModule } from '../variants/variant.ts'
import type { HostMeter } from './host-meter.ts'
import { FASTEST, type Look } from './quiet-rounds.ts'
import {
  HOST_ROLES,
  HOST_TASKS,
  type HostFigure,
  type HostFigures,
  type HostRole,
  type HostTask,
} from './host-task.ts'

/** Room for the lines that are measured and for what is copied. */
const BYTES = 1 << 24
/** What needs a second thread, whose core is left alone until then. */
const SHARED: readonly HostTask[] = [
  'blindSwap',
  'loadAndSwap',
  'foreignCopy',
  'contended',
  'wake',
]
/** What may be faster when one of the two threads is held up. */
const OF_TWO = SHARED
/** A host that gives its threads no two cores at once has no figures of two. */
const TASK_MS = 20_000

/** Rounds in which all tasks take turns; in the first their code is compiled. */
const ROUNDS = 16
const COMPILING = 3

/** A task in one round, and the host before it and after. */
interface Taken {
  readonly batches: readonly number[]
  readonly between: readonly [Look, Look]
}

/**
 * Measures this host's threads and memory, some seconds, in rounds of which those count in which
 * the meter found the host quiet. `tell` hears what is measured next. Rejects with an Error that
 * names what did not end.
 */
export async function measureHost(
  meter: HostMeter,
  tell: (task: string) => void,
  signal: AbortSignal,
): Promise<HostFigures> {
  const words = new SharedArrayBuffer(BYTES)
  const bound = ownCores(2)
  const start = (role: HostRole) => {
    const core = bound[HOST_ROLES.indexOf(role)]
    return new Worker(new URL(workerModule('host-worker')), { workerData: { words, role, core } })
  }
  const measurer = start('measurer')
  let other: Worker | undefined
  try {
    const taken = new Map<HostTask, Taken[]>(HOST_TASKS.map((task) => [task, []]))
    for (const isShared of [false, true]) {
      if (isShared) other = start('other')
      const tasks = HOST_TASKS.filter((task) => SHARED.includes(task) === isShared)
      for (let round = 0; round < ROUNDS && !signal.aborted; round++) {
        for (const task of tasks) {
          if (round === 0) tell(task)
          const before = meter.look()
          const batches = await ask(measurer, task)
          taken.get(task)!.push({ batches, between: [before, meter.look()] })
        }
      }
    }
    return figuresOf(meter, taken)
  } finally {
    await measurer.terminate()
    await other?.terminate()
  }
}

function ask(worker: Worker, task: HostTask): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`"${task}" had not been measured after ${TASK_MS / 1000} s`)),
      TASK_MS,
    )
    const end = (act: () => void) => {
      clearTimeout(late)
      worker.removeAllListeners('message').removeAllListeners('error')
      act()
    }
    worker.on('message', (batches: number[]) => end(() => resolve(batches)))
    worker.on('error', (error) => end(() => reject(error)))
    worker.postMessage(task)
  })
}

function figuresOf(meter: HostMeter, taken: ReadonlyMap<HostTask, Taken[]>): HostFigures {
  const entries = [...taken].map(([task, rounds]) => {
    const chosen = meter.quiet(rounds.map(({ between }) => between))
    if (OF_TWO.includes(task)) return [task, figureOf(batchesOf(chosen, rounds), 0.5)] as const
    const later = rounds.map((_, round) => round).slice(COMPILING)
    return [task, figureOf(batchesOf(later, rounds), FASTEST / 2)] as const
  })
  return Object.fromEntries(entries) as Record<HostTask, HostFigure>
}

function batchesOf(chosen: readonly number[], rounds: readonly Taken[]): number[] {
  return chosen.flatMap((round) => rounds[round]!.batches)
}

/** What disturbs a host only slows a thread down: the middle of its fastest batches counts. */
function figureOf(batches: readonly number[], share: number): HostFigure {
  const sorted = [...batches].sort((one, other) => one - other)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]!
  return { ns: at(share), spreadNs: [at(0.25), at(0.75)] }
}
