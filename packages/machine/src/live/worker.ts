import { parentPort, workerData } from 'node:worker_threads'
import type { LiveBoot } from './live-boot.ts'
import { LiveCpu } from './live-cpu.ts'
import type { LiveHandle } from './machine-block.ts'

/** The main module of every live CPU's worker. What it is told, and what it says, is here. */
export interface WorkerData {
  readonly id: number
  readonly handle: LiveHandle
  readonly boot: string
  readonly args: unknown
  readonly eventLoop: boolean
}

export type WorkerMessage =
  | { readonly kind: 'booted' }
  | { readonly kind: 'report'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }

/** Readings of both clocks, of which the one that was not interrupted counts. */
const SKEW_READS = 16

if (parentPort !== null) await main(workerData as WorkerData, say)

function say(message: WorkerMessage): void {
  parentPort!.postMessage(message)
}

async function main(data: WorkerData, tell: (message: WorkerMessage) => void): Promise<void> {
  try {
    const skewNs = skewOf(data.handle.originNs)
    const cpu = new LiveCpu(data.id, data.handle, {
      now: () => performance.now() * 1e6 + skewNs,
      report: (value) => tell({ kind: 'report', value }),
    })
    const executive = await (await loadBoot(data.boot))(cpu, data.args)
    tell({ kind: 'booted' })
    if (data.eventLoop) await cpu.runBesideEventLoop(executive, eventLoopTurn)
    else cpu.run(executive)
  } catch (error) {
    tell({ kind: 'failed', error: plainError(error) })
  }
}

/**
 * What `performance.now` lacks to the machine's time. Between the two reads the thread may be
 * stopped, which makes the difference too large; so the smallest of several is right.
 */
function skewOf(originNs: number): number {
  const read = (): number => performance.now() * 1e6
  const skews = Array.from({ length: SKEW_READS }, () => {
    const nowNs = read()
    return Number(process.hrtime.bigint()) - originNs - nowNs
  })
  return Math.min(...skews)
}

async function loadBoot(url: string): Promise<LiveBoot> {
  const module = (await import(url)) as { default?: unknown }
  if (typeof module.default === 'function') return module.default as LiveBoot
  throw new TypeError(
    `a boot module's default export is a function (cpu, args) => executive: ` +
      `that of ${url} is ${typeof module.default}`,
  )
}

/** An error that can be cloned, whatever hangs on the one that was thrown. */
function plainError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  const plain = new Error(error.message)
  plain.name = error.name
  if (error.stack !== undefined) plain.stack = error.stack
  return plain
}

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
