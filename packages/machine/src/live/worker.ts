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

if (parentPort !== null) await main(workerData as WorkerData, say)

function say(message: WorkerMessage): void {
  parentPort!.postMessage(message)
}

async function main(data: WorkerData, tell: (message: WorkerMessage) => void): Promise<void> {
  try {
    const originNs = data.handle.originNs
    const skewNs = Number(process.hrtime.bigint()) - performance.now() * 1e6 - originNs
    const cpu = new LiveCpu(data.id, data.handle, {
      now: () => performance.now() * 1e6 + skewNs,
      report: (value) => tell({ kind: 'report', value }),
    })
    const executive = await (await loadBoot(data.boot))(cpu, data.args)
    tell({ kind: 'booted' })
    if (data.eventLoop) await cpu.runBesideEventLoop(executive, eventLoopTurn)
    else cpu.run(executive)
  } catch (error) {
    tell({ kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) })
  }
}

async function loadBoot(url: string): Promise<LiveBoot> {
  const module = (await import(url)) as { default?: unknown }
  if (typeof module.default === 'function') return module.default as LiveBoot
  throw new TypeError(
    `a boot module's default export is a function (cpu, args) => executive: ` +
      `that of ${url} is ${typeof module.default}`,
  )
}

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
