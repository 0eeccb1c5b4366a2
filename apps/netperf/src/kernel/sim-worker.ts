import { parentPort, type MessagePort } from 'node:worker_threads'
import type { StackStatistics } from '@smpnet/stack'
import type { LatencyPages } from '@smpnet/testing'
import type { Captured } from '../model/captured.ts'
import type { KernelCounts } from '../model/kernel-counts.ts'
import { ONLY, type Tallies } from '../model/kernel-slice.ts'
import { type MeasuredBoot, simulateKernel, type SimJob } from './sim-kernel.ts'

/** One machine to simulate. */
export interface SimRequest {
  readonly job: SimJob
  /** URL of the module that boots a CPU. */
  readonly boot: string
  /** Whether that is the module that is built in. */
  readonly isOwn: boolean
}

/** What came of it: figures, or why there are none. */
export type SimReply = SimBooted | SimRunMessage | SimFailure

/** Comes before, when all CPUs are booted. */
export interface SimBooted {
  readonly booted: true
}

export interface SimRunMessage {
  readonly count: number
  readonly ns: number
  /** Latencies by kind, as their recorders have them. */
  readonly pages: Readonly<Record<string, LatencyPages>>
  readonly tallies: Tallies | undefined
  readonly counted: KernelCounts | undefined
  readonly events: number
  /** Whether its figures have settled; undefined where that was not asked. */
  readonly settled: boolean | undefined
  /** None unless they were asked for. */
  readonly statistics: StackStatistics | undefined
  /** What links captured, where the configuration has captures. */
  readonly captured: Captured | undefined
}

export interface SimFailure {
  readonly error: string
  readonly stack: string | undefined
}

/**
 * A worker of its own, so that the command line stays responsive and isolates run one machine. It
 * simulates one machine after the other, since to start a worker takes longer than a short run.
 */
const port = parentPort as MessagePort
port.on('message', async (request: SimRequest) => {
  port.postMessage(await answer(request))
})

async function answer({ job, boot }: SimRequest): Promise<SimReply> {
  try {
    return run(job, telling(job.config.machine.cpus, await bootOf(boot)))
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    return { error: message, stack }
  }
}

/** The same boot, and a word when it has returned for the last CPU. */
function telling(cpus: number, boot: MeasuredBoot): MeasuredBoot {
  let left = cpus
  return (cpu, args) => {
    const executive = boot(cpu, args)
    if (--left === 0) port.postMessage({ booted: true } satisfies SimBooted)
    return executive
  }
}

async function bootOf(url: string): Promise<MeasuredBoot> {
  const module = (await import(url)) as { default?: unknown }
  if (typeof module.default === 'function') return module.default as MeasuredBoot
  throw new TypeError(`expected a default export that boots a CPU, got ${typeof module.default}`)
}

function run(job: SimJob, boot: MeasuredBoot): SimRunMessage {
  const { slice, events, statistics, captured, settled } = simulateKernel(job, boot)
  const { count, ns, latency, latencies = {}, tallies, counted } = slice
  const all = { ...latencies, ...(latency && { [ONLY]: latency }) }
  const pages = Object.fromEntries(Object.entries(all).map(([name, { pages }]) => [name, pages]))
  const figures = { count, ns, pages, tallies, counted, events, settled }
  return { ...figures, captured, statistics: job.config.statistics ? statistics : undefined }
}
