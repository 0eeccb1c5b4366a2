import type { StackStatistics } from '@smpnet/stack'
import { measure, type MeasureOptions, type Suite } from '@smpnet/testing'
import { lookUp } from '../options/usage-error.ts'
import { variants } from '../variants/index.ts'
import type { Captured } from '../model/captured.ts'
import type { VariantResult } from '../model/workload.ts'
import type { Job } from '../model/job.ts'
import { withCure } from './with-cure.ts'

/** Longest warm-up; a run needs no longer to be compiled, and the comparison has to end. */
const WARMUP_MS = 300

/** Runs a job's entrants on real threads, interleaved by slices. */
export async function runLive(job: Job, hooks: RunHooks): Promise<VariantResult[]> {
  const counted = new Map<string, StackStatistics>()
  const captured = new Map<string, Captured>()
  const suite: Suite = {
    name: `${job.workload.name} on ${job.cpus} CPUs`,
    measure: 'rate',
    variants: Object.fromEntries(
      job.entrants.map((entrant) => [
        entrant.name,
        lookUp('variant', variants, entrant.carrier).live(job, entrant, {
          statistics: (statistics) => counted.set(entrant.name, statistics),
          captured: (packets) => captured.set(entrant.name, packets),
        }),
      ]),
    ),
  }
  const sliceMs = job.durationMs / job.runs
  const { slices } = await measured(job, suite, {
    rounds: job.runs,
    sliceMs,
    warmupMs: Math.min(WARMUP_MS, Math.max(sliceMs, WARMUP_MS / 2)),
    ...hooks,
  })
  return [...slices].map(([variant, slices]) => {
    const statistics = counted.get(variant)
    return { variant, slices, statistics, captured: captured.get(variant) }
  })
}

async function measured(job: Job, suite: Suite, options: MeasureOptions) {
  try {
    return await measure(suite, options)
  } catch (error) {
    throw withCure(job, error)
  }
}

/** How the starter of a run follows and ends it. */
export type RunHooks = Required<Pick<MeasureOptions, 'signal' | 'onSlice'>>
