import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import type { SliceRun, TeamThread, ThreadMain } from '../suite/variant.ts'
import type { FromThread, ThreadData, ToThread } from './messages.ts'
import { StartBarrier } from './start-barrier.ts'
import { ThreadSlice } from './thread-slice.ts'

/** The worker's own entry: loads the module that the team names and runs slices when told to. */
const data = workerData as ThreadData
const port = parentPort as MessagePort
const barrier = new StartBarrier(data.barrier, data.threads)
const slice = new ThreadSlice(barrier)
let takeExchanged: ((values: unknown[]) => void) | undefined
let run: SliceRun | undefined

port.on('message', (message: ToThread) => {
  if (message.type === 'exchanged') takeExchanged?.(message.values)
  else runSlice(message.count).catch(fail)
})

try {
  run = await load()
  post({ type: 'ready' })
} catch (thrown) {
  fail(thrown)
}

async function load(): Promise<SliceRun> {
  const module = (await import(data.module)) as Record<string, unknown>
  const main = module[data.run]
  if (typeof main !== 'function') {
    const exported = listed(module)
    throw new TypeError(`expected a function named "${data.run}", the module exports ${exported}`)
  }
  const made = await (main as ThreadMain<unknown>)(data.args, teamThread())
  if (typeof made !== 'function') {
    throw new TypeError(`expected it to return the function of a slice, got ${typeof made}`)
  }
  return made
}

async function runSlice(count: number | undefined): Promise<void> {
  slice.begin(count)
  barrier.arrive(() => post({ type: 'opened' }))
  const startNs = clockNs()
  const result = (run as SliceRun)(slice)
  // A synchronous slice is not awaited: the turn of the event loop would count as its time.
  const counted = result instanceof Promise ? await result : result
  const endNs = clockNs()
  const pages = slice.latency.count > 0 ? slice.latency.pages : undefined
  post({ type: 'outcome', count: counted ?? 0, startNs, endNs, pages })
}

function teamThread(): TeamThread {
  return {
    index: data.index,
    threads: data.threads,
    exchange: <T>(value: T) =>
      new Promise<T[]>((resolve) => {
        takeExchanged = (values) => resolve(values as T[])
        post({ type: 'exchange', value })
      }),
  }
}

function clockNs(): number {
  return Number(process.hrtime.bigint())
}

function post(message: FromThread): void {
  port.postMessage(message)
}

function fail(thrown: unknown): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  post({ type: 'error', message: error.message, stack: error.stack })
}

function listed(module: Record<string, unknown>): string {
  const names = Object.keys(module)
  return names.length > 0 ? names.map((name) => `"${name}"`).join(', ') : 'nothing'
}
