import type { Job } from '../model/job.ts'
import { lookUp, UsageError } from '../options/usage-error.ts'
import { workloads } from '../workloads/index.ts'
import { combinations } from './combinations.ts'
import { jobFrom, type JobOptions } from './job-options.ts'
import type { TypedOptions } from './workload-options.ts'

/** Workers that live combinations may have together: all are started before the first slice. */
const MOST_WORKERS = 256

/** A job for each combination of what was typed. Throws a UsageError. */
export async function jobsFrom(
  workloadName: string,
  typed: JobOptions,
  own: TypedOptions,
): Promise<Job[]> {
  const workload = lookUp('workload', workloads, workloadName)
  const all = combinations(workload, typed, own)
  if (all.length > 1 && typed.capture !== undefined) {
    throw new UsageError(`expected --capture of one run, got ${all.length} combinations`)
  }
  const sweep = all.length > 1 ? workloadName : undefined
  const jobs: Job[] = []
  for (const one of all) {
    jobs.push(await jobFrom(workloadName, one.typed, one.own, { labels: one.labels, sweep }))
  }
  checkWorkers(jobs)
  return jobs
}

function checkWorkers(jobs: readonly Job[]): void {
  const live = jobs.filter(({ machine }) => machine === 'live')
  const workers = live.reduce((sum, { cpus, entrants }) => sum + cpus * entrants.length, 0)
  if (live.length < 2 || workers <= MOST_WORKERS) return
  throw new UsageError(
    `expected live combinations with at most ${MOST_WORKERS} workers together, got ${workers}`,
  )
}
