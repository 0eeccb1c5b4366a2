import type { Job } from '../model/job.ts'
import type { RunStatistics } from '../model/run-statistics.ts'
import type { VariantResult } from '../model/workload.ts'

/** The statistics of a job's kernels that are to be printed, with what tells them apart. */
export function statisticsOf(job: Job, results: readonly VariantResult[]): RunStatistics[] {
  const { workload, machine, cpus, profile, seed, runs, entrants, kernel: asked } = job
  const { locks = {}, statistics = false } = asked
  if (!statistics && locks.watch !== true && locks.profile !== true) return []
  return results.flatMap(({ variant, statistics: kernel, slices }) => {
    if (kernel === undefined) return []
    const { labels: settings } = entrants.find(({ name }) => name === variant) ?? {}
    const lastSeed = seed + Math.max(0, Math.min(runs, slices.length) - 1)
    const where = machine === 'sim' ? { profile: profile.name, seed: lastSeed } : {}
    const of = { workload: workload.name, machine, variant, ...(settings && { settings }) }
    const last = slices.at(-1)
    const counts = last && 'counted' in last ? last.counted : undefined
    const counted = counts && { counted: { operations: counts.operations, of: counts } }
    return [{ ...of, cpus, ...where, kernel, ...counted }]
  })
}
