import type { Job } from '../model/job.ts'
import type { Row } from '../model/row.ts'
import type { VariantResult } from '../model/workload.ts'
import { jobTitle } from '../plan/job-title.ts'
import { runLive, sweptName } from '../plan/run-live.ts'
import type { Progress } from '../progress/progress.ts'
import { measureRows } from '../rows/measure-rows.ts'
import type { HostMeter } from './host-meter.ts'
import { fastestRounds, type Look } from './quiet-rounds.ts'

/** Rounds of live jobs, and how long all of one take: each so short that it may be left alone. */
export const ROUNDS = { runs: 120, durationMs: 1200 } as const

/** The host before a slice and after it. */
type Between = readonly [before: Look, after: Look]

/**
 * Runs live jobs, which take turns so that what disturbs the host for seconds disturbs none of them
 * from beginning to end. Only those rounds of each count in which it was not disturbed: the
 * fastest, or of jobs that `contend` those in which the host was quiet, as contenders are faster
 * where one of them is held up. Returns the rows of each job.
 */
export async function liveRows(
  jobs: readonly Job[],
  contend: (index: number) => boolean,
  meter: HostMeter,
  progress: Progress,
  signal: AbortSignal,
): Promise<Row[][]> {
  for (const job of jobs) progress.job(jobTitle(job))
  const betweens = new Map<string, Between[]>()
  let before = meter.look()
  const results = await runLive(jobs, {
    signal,
    onSlice: ({ variant, round }) => {
      const after = meter.look()
      // What comes first is the warm-up.
      if (round > 0) {
        const own = betweens.get(variant) ?? []
        betweens.set(variant, own)
        own.push([before, after])
      }
      before = after
    },
  })
  return jobs.map((job, index) => {
    const chosen = results[index]!.map((result) => {
      const name = sweptName(result.variant, index, jobs.length)
      const quiet = meter.quiet(betweens.get(name) ?? [])
      return contend(index) ? chosenOf(result, quiet) : fastestOf(result)
    })
    return measureRows(job, chosen).map(({ row }) => row)
  })
}

function fastestOf(result: VariantResult): VariantResult {
  return chosenOf(result, fastestRounds(result.slices.map(({ count, ns }) => count / ns)))
}

function chosenOf(result: VariantResult, rounds: readonly number[]): VariantResult {
  return { ...result, slices: rounds.flatMap((round) => result.slices[round] ?? []) }
}
