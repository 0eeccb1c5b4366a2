import type { StackStatistics } from '@smpnet/stack'
import { measure, type MeasureOptions, type Suite } from '@smpnet/testing'
import { lookUp } from '../options/usage-error.ts'
import { variants } from '../variants/index.ts'
import type { Captured } from '../model/captured.ts'
import type { VariantResult } from '../model/workload.ts'
import type { Entrant, Job } from '../model/job.ts'
import { withCure } from './with-cure.ts'

/** Longest slice of a warm-up. */
const WARMUP_MS = 300
/** Share of the time of a run for which it may be warmed up, while that makes it faster. */
const WARMUP_SHARE = 0.75

/** One entrant of one job, as a suite names it. */
interface Named {
  readonly name: string
  readonly job: Job
  readonly entrant: Entrant
}

/**
 * Runs the entrants of one job, or of all jobs of one sweep, on real threads, interleaved by
 * slices. Returns what came of each job.
 */
export async function runLive(jobs: readonly Job[], hooks: RunHooks): Promise<VariantResult[][]> {
  const counted = new Map<string, StackStatistics>()
  const captured = new Map<string, Captured>()
  const all = jobs.flatMap((job, index) =>
    job.entrants.map((entrant): Named => {
      return { name: sweptName(entrant.name, index, jobs.length), job, entrant }
    }),
  )
  const variantOf = ({ name, job, entrant }: Named) =>
    lookUp('variant', variants, entrant.carrier).live(job, entrant, {
      statistics: (statistics) => counted.set(name, statistics),
      captured: (packets) => captured.set(name, packets),
    })
  const [first] = jobs as readonly [Job]
  const suite: Suite = {
    name: `${first.workload.name} on ${first.cpus} CPUs`,
    measure: 'rate',
    variants: Object.fromEntries(all.map((each) => [each.name, variantOf(each)])),
  }
  const sliceMs = first.durationMs / first.runs
  const { slices } = await measured(first, suite, {
    rounds: first.runs,
    sliceMs,
    warmupMs: Math.min(WARMUP_MS, Math.max(sliceMs, WARMUP_MS / 2)),
    warmupMostMs: first.durationMs * WARMUP_SHARE,
    ...hooks,
  })
  return jobs.map((job) =>
    all
      .filter((each) => each.job === job)
      .map(({ name, entrant }) => ({
        variant: entrant.name,
        slices: slices.get(name) ?? [],
        statistics: counted.get(name),
        captured: captured.get(name),
      })),
  )
}

async function measured(job: Job, suite: Suite, options: MeasureOptions) {
  try {
    return await measure(suite, options)
  } catch (error) {
    throw withCure(job, error)
  }
}

/** What a suite calls an entrant of the job at `index` of so many that take turns. */
export function sweptName(entrant: string, index: number, jobs: number): string {
  return jobs === 1 ? entrant : `${entrant}, combination ${index + 1}`
}

/** How the starter of a run follows and ends it. */
export type RunHooks = Required<Pick<MeasureOptions, 'signal' | 'onSlice'>>
