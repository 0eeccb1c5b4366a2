import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import type { Boot } from '@smpnet/machine'
import type { KernelArgs } from './kernel-args.ts'
import { simulateKernel, type SimJob } from './sim-kernel.ts'

/** What the worker is started with. */
export interface SimWorkerData {
  readonly job: SimJob
  /** Machines to simulate, with seeds that count up from the job's. */
  readonly runs: number
  /** URL of the module that boots a CPU. */
  readonly boot: string
}

/** What the worker says of each run; an error is thrown, and so ends the worker. */
export interface SimRunMessage {
  readonly count: number
  readonly ns: number
  readonly slots: Float64Array | undefined
  readonly events: number
}

/** A worker of its own, so that the command line stays responsive and isolates run one machine. */
const { job, runs, boot } = workerData as SimWorkerData
const module = (await import(boot)) as { default?: unknown }
if (typeof module.default !== 'function') {
  throw new TypeError(`expected a default export that boots a CPU, got ${typeof module.default}`)
}
for (let run = 0; run < runs; run++) {
  const seed = job.seed + run
  const { slice, events } = simulateKernel({ ...job, seed }, module.default as Boot<KernelArgs>)
  const { count, ns, latency } = slice
  const message: SimRunMessage = { count, ns, slots: latency?.slots, events }
  ;(parentPort as MessagePort).postMessage(message)
}
