import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { Executive } from '../cpu.ts'
import type { LiveBoot } from './live-boot.ts'
import { LiveCpu } from './live-cpu.ts'
import type { LiveHandle } from './machine-block.ts'
import { bindThread } from './bind-thread.ts'
import { plainError } from './plain-error.ts'

/** The main module of every live CPU's worker. What it is told, and what it says, is here. */
export interface WorkerData {
  readonly id: number
  readonly handle: LiveHandle
  readonly boot: string
  readonly args: unknown
  readonly eventLoop: boolean
  readonly spins: boolean
  /** By CPU, the core that its thread is bound to; undefined when it is to be bound to none. */
  readonly on: readonly number[] | undefined
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
    if (data.on !== undefined) bindThread(data.on[data.id] as number)
    const skewNs = skewOf(data.handle.originNs)
    const host = {
      now: () => performance.now() * 1e6 + skewNs,
      report: (value: unknown) => report(value, tell),
      messages,
    }
    const cpu = new LiveCpu(data.id, data.handle, host, data.spins)
    const executive: unknown = await (await loadBoot(data.boot))(cpu, data.args)
    checkExecutive(executive, data.boot)
    tell({ kind: 'booted' })
    if (data.eventLoop) await cpu.runBesideEventLoop(executive, eventLoopTurn)
    else await runUntilStopped(cpu, executive)
  } catch (error) {
    tell({ kind: 'failed', error: plainError(error) })
  }
}

/** Blocks this thread whenever the executive awaits nothing. */
async function runUntilStopped(cpu: LiveCpu, executive: Executive): Promise<void> {
  while (!cpu.run(executive)) {
    // What is awaited has often come already, and is found without going to sleep.
    await eventLoopTurn()
    await cpu.runBesideEventLoop(executive, eventLoopTurn, () => executive.awaits?.() !== true)
  }
}

/** Takes what was posted without a turn of the event loop: a CPU that blocks gives none. */
function messages(): unknown[] {
  const all: unknown[] = []
  for (let one = received(); one !== undefined; one = received()) all.push(one.message)
  return all
}

function received(): { message: unknown } | undefined {
  return receiveMessageOnPort(parentPort!)
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

function checkExecutive(value: unknown, url: string): asserts value is Executive {
  const found = (value ?? {}) as Record<string, unknown>
  if (['run', 'receive', 'tick'].every((name) => typeof found[name] === 'function')) return
  throw new TypeError(
    `a boot module's function returns an executive, with run, receive and tick: ` +
      `that of ${url} returned ${value === null ? 'null' : typeof value}`,
  )
}

function report(value: unknown, tell: (message: WorkerMessage) => void): void {
  try {
    tell({ kind: 'report', value })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new TypeError(`a report is a value that can be cloned: ${why}`, { cause })
  }
}

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
