import { availableParallelism } from 'node:os'
import type { Progress } from '../progress/progress.ts'
import { measureRows } from '../rows/measure-rows.ts'
import { groupBy } from '../model/group-by.ts'
import type { JobResult } from '../model/run-statistics.ts'
import type { VariantResult } from '../model/workload.ts'
import { statisticsOf } from '../statistics/statistics-of.ts'
import type { Job } from '../model/job.ts'
import { jobTitle } from './job-title.ts'
import { runLive, type RunHooks } from './run-live.ts'
import { runSim } from './run-sim.ts'
import { SimHost } from './sim-host.ts'

/** About what a simulated run takes; only the progress bar depends on it. */
const SIM_RUN_MS = 300

/**
 * Runs jobs and returns what came of each, in the order of the jobs and as far as the signal let it
 * get. Live jobs have the computer to themselves; then it simulates as many jobs at once as it has
 * cores, which changes no figure.
 */
export async function runPlan(
  jobs: readonly Job[],
  progress: Progress,
  signal: AbortSignal,
): Promise<JobResult[]> {
  const came: JobResult[] = []
  const parallelism = availableParallelism()
  const done = (job: Job, results: readonly VariantResult[]) => {
    const rows = measureRows(job, results)
    const captured = results.find((result) => result.captured !== undefined)?.captured
    came[jobs.indexOf(job)] = { rows, statistics: statisticsOf(job, results), captured }
  }
  progress.start(jobs.reduce((sum, job) => sum + shareMs(job, parallelism), 0))
  try {
    for (const sweep of sweepsOf(jobs.filter(({ machine }) => machine === 'live'))) {
      if (signal.aborted) break
      for (const job of sweep) progress.job(jobTitle(job))
      const results = await runLive(sweep, hooksOf(sweep[0]!, progress, signal, 1))
      sweep.forEach((job, index) => done(job, results[index]!))
    }
    const simulated = jobs.filter(({ machine }) => machine === 'sim')
    await simulate(simulated, parallelism, progress, signal, done)
  } finally {
    progress.stop()
  }
  return came.filter((result) => result !== undefined)
}

/** Jobs that take turns: those of one sweep, and each other by itself. */
function sweepsOf(jobs: readonly Job[]): Job[][] {
  return groupBy(jobs, (job) => job.sweep ?? `only ${jobs.indexOf(job)}`)
}

/** Takes jobs from the largest machine down, so that no long one is begun last. */
async function simulate(
  jobs: readonly Job[],
  lanes: number,
  progress: Progress,
  signal: AbortSignal,
  done: (job: Job, results: readonly VariantResult[]) => void,
): Promise<void> {
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const queue = jobs.toSorted((a, b) => b.cpus - a.cpus).values()
  const lane = async () => {
    const host = new SimHost(either)
    try {
      for (const job of queue) {
        if (either.aborted) break
        progress.job(jobTitle(job))
        done(job, await runSim(job, hooksOf(job, progress, either, lanes), host))
      }
    } catch (error) {
      failed.abort()
      throw error
    } finally {
      await host.leave()
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes, jobs.length) }, lane))
}

function hooksOf(job: Job, progress: Progress, signal: AbortSignal, lanes: number): RunHooks {
  const each = shareMs(job, lanes) / (job.entrants.length * slices(job))
  return { signal, onSlice: () => progress.advance(each) }
}

/** What a job adds to the time of the plan, where jobs that are simulated share it. */
function shareMs(job: Job, lanes: number): number {
  const runMs = job.machine === 'sim' ? SIM_RUN_MS / lanes : job.durationMs / job.runs
  return job.entrants.length * slices(job) * runMs
}

/** A live job has a warm-up slice per entrant. */
function slices(job: Job): number {
  return job.machine === 'sim' ? job.runs : job.runs + 1
}
