import { Worker } from 'node:worker_threads'
import { BenchError, LatencyRecorder, type SliceResult } from '@smpnet/testing'
import type { SimRunMessage, SimWorkerData } from '../kernel/sim-worker.ts'
import { kernelBoot, kernelJob } from '../variants/smpnet.ts'
import { workerModule } from '../variants/variant.ts'
import type { VariantResult } from '../workloads/workload.ts'
import type { Job } from './job.ts'
import type { RunHooks } from './run-live.ts'

/** Runs a job's variants on simulated machines, one after the other; time is not shared there. */
export async function runSim(job: Job, hooks: RunHooks): Promise<VariantResult[]> {
  const results: VariantResult[] = []
  for (const variant of job.variants) {
    if (hooks.signal.aborted) break
    results.push(await new SimRuns(job, variant, hooks).done())
  }
  return results
}

/** The runs of one variant, in a worker that Ctrl-C can end at any time. */
class SimRuns {
  readonly #job: Job
  readonly #variant: string
  readonly #hooks: RunHooks
  readonly #boot: URL
  readonly #slices: SliceResult[] = []
  #events = 0

  constructor(job: Job, variant: string, hooks: RunHooks) {
    this.#job = job
    this.#variant = variant
    this.#hooks = hooks
    this.#boot = kernelBoot(job)
  }

  async done(): Promise<VariantResult> {
    const worker = new Worker(new URL(workerModule('sim-worker')), { workerData: this.#data() })
    const { signal } = this.#hooks
    const onAbort = () => void worker.terminate()
    signal.addEventListener('abort', onAbort)
    try {
      await new Promise<void>((resolve, reject) => {
        worker.on('message', (message: SimRunMessage) => this.#take(message))
        worker.on('error', (error: Error) => reject(this.#sentence(error)))
        worker.on('exit', (code) => {
          if (code === 0 || signal.aborted) resolve()
          else reject(new BenchError(`the simulation's worker exited with status ${code}`))
        })
      })
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
    return { variant: this.#variant, slices: this.#slices, events: this.#events }
  }

  #take({ count, ns, slots, events }: SimRunMessage): void {
    const latency = slots && new LatencyRecorder(slots)
    this.#slices.push({ count, ns, ...(latency && { latency }) })
    this.#events += events
    const { length: done } = this.#slices
    this.#hooks.onSlice({ variant: this.#variant, round: done, done, total: this.#job.runs })
  }

  /** What does not fit is the user's; what a module of their own throws is named with it. */
  #sentence(error: Error): BenchError {
    const file = this.#boot.pathname.split('/').at(-1)
    const whose = this.#job.boot === undefined ? '' : `worker module ${file}: `
    return new BenchError(whose + error.message.split('\n')[0], error.stack)
  }

  #data(): SimWorkerData {
    const { profile, seed, durationMs, runs } = this.#job
    const durationNs = Math.round(durationMs * 1e6)
    const job = { ...kernelJob(this.#job), profile, seed, durationNs }
    return { job, runs, boot: this.#boot.href }
  }
}
