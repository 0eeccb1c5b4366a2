import type { Progress } from '../progress/progress.ts'
import { measureRows } from '../rows/measure-rows.ts'
import type { Measured } from '../rows/row.ts'
import type { VariantResult } from '../workloads/workload.ts'
import type { Job } from './job.ts'
import { jobTitle } from './job-title.ts'
import { runLive, type RunHooks } from './run-live.ts'
import { runSim } from './run-sim.ts'
import { SimHost } from './sim-host.ts'

/** About what a simulated run takes; only the progress bar depends on it. */
const SIM_RUN_MS = 300

/** Runs jobs one after the other and returns the rows of each, as far as the signal let it get. */
export async function runPlan(
  jobs: readonly Job[],
  progress: Progress,
  signal: AbortSignal,
): Promise<Measured[][]> {
  const measured: Measured[][] = []
  const host = new SimHost(signal)
  progress.start(jobs.reduce((sum, job) => sum + expectedMs(job), 0))
  try {
    for (const job of jobs) {
      if (signal.aborted) break
      progress.job(jobTitle(job))
      const results = await runJob(job, progress, signal, host)
      measured.push(measureRows(job, results))
    }
  } finally {
    progress.stop()
    await host.stop()
  }
  return measured
}

function runJob(
  job: Job,
  progress: Progress,
  signal: AbortSignal,
  host: SimHost,
): Promise<VariantResult[]> {
  const each = expectedMs(job) / (job.entrants.length * slices(job))
  const hooks: RunHooks = { signal, onSlice: () => progress.advance(each) }
  return job.machine === 'sim' ? runSim(job, hooks, host) : runLive(job, hooks)
}

function expectedMs(job: Job): number {
  const runMs = job.machine === 'sim' ? SIM_RUN_MS : job.durationMs / job.runs
  return job.entrants.length * slices(job) * runMs
}

/** A live job has a warm-up slice per entrant. */
function slices(job: Job): number {
  return job.machine === 'sim' ? job.runs : job.runs + 1
}
