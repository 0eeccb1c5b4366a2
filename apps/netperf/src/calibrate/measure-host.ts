import { Worker } from 'node:worker_threads'
import { workerModule } from '../variants/variant.ts'
import { HOST_TASKS, type HostFigure, type HostFigures, type HostTask } from './host-task.ts'

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
/** A host that gives its threads no two cores at once has no figures of two. */
const TASK_MS = 20_000

/**
 * Measures this host's threads and memory, some seconds. `tell` hears what is measured next.
 * Rejects with an Error that names what did not end.
 */
export async function measureHost(tell: (task: string) => void): Promise<HostFigures> {
  const words = new SharedArrayBuffer(BYTES)
  const start = (role: string) =>
    new Worker(new URL(workerModule('host-worker')), { workerData: { words, role } })
  const measurer = start('measurer')
  let other: Worker | undefined
  try {
    const figures: Partial<Record<HostTask, HostFigure>> = {}
    for (const task of HOST_TASKS) {
      if (SHARED.includes(task)) other ??= start('other')
      tell(task)
      figures[task] = figureOf(await ask(measurer, task))
    }
    return figures as HostFigures
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

/** The first batches are not compiled yet, and are left out. */
function figureOf(batches: readonly number[]): HostFigure {
  const sorted = batches.slice(Math.floor(batches.length / 5)).sort((one, other) => one - other)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]!
  return { ns: at(0.5), spreadNs: [at(0.25), at(0.75)] }
}
