import type { StackStatistics } from '@smpnet/stack'
import { BenchError } from '@smpnet/testing'
import type { Captured } from '../model/captured.ts'
import type { KernelSliceResult } from '../model/kernel-slice.ts'
import { kernelBoot, kernelJob } from '../variants/smpnet.ts'
import type { VariantResult } from '../model/workload.ts'
import type { Entrant, Job } from '../model/job.ts'
import { meanInterval } from '../inference/difference.ts'
import { figuresOf } from '../rows/measure-rows.ts'
import type { RunHooks } from './run-live.ts'
import type { SimHost, Simulated } from './sim-host.ts'
import { withCure } from './with-cure.ts'

/** By which share two stretches of a run may differ whose figures are the same. */
const SETTLED = 0.02
/** Runs go on for an interval up to so many times as many as were asked for. */
const MOST_TIMES = 20

/** Runs a job's entrants on simulated machines, one after the other; time is not shared there. */
export async function runSim(job: Job, hooks: RunHooks, host: SimHost): Promise<VariantResult[]> {
  const results: VariantResult[] = []
  for (const entrant of job.entrants) {
    const slices: KernelSliceResult[] = []
    let events = 0
    let unsettled = 0
    let statistics: StackStatistics | undefined
    let captured: Captured | undefined
    const isEnough = () => slices.length >= job.runs && isNarrow(job, entrant, slices)
    for (let run = 0; !isEnough() && !hooks.signal.aborted; run++) {
      const simulated = await runOnce(job, entrant, run, host)
      if (simulated === undefined) break
      slices.push(simulated.slice)
      events += simulated.events
      if (simulated.settled === false) unsettled++
      statistics = simulated.statistics
      captured = simulated.captured
      hooks.onSlice({ variant: entrant.name, round: run + 1, done: run + 1, total: job.runs })
    }
    results.push({ variant: entrant.name, slices, events, unsettled, statistics, captured })
  }
  return results
}

/** Whether the interval of each figure is as narrow as was asked, or there are too many runs. */
function isNarrow(job: Job, entrant: Entrant, slices: readonly KernelSliceResult[]): boolean {
  const { width, workload, runs } = job
  if (width === undefined || slices.length >= MOST_TIMES * Math.max(runs, 2)) return true
  if (slices.length < 2) return false
  const result = { variant: entrant.name, slices }
  return workload.metrics.every((metric) => {
    const figures = figuresOf(job, metric, result)
    const { half = 0 } = meanInterval(figures) ?? {}
    return half <= width
  })
}

/** Runs have seeds that count up. What a boot module of the user's throws is named with it. */
async function runOnce(
  job: Job,
  entrant: Entrant,
  run: number,
  host: SimHost,
): Promise<Simulated | undefined> {
  const { seed, durationMs, runs, width } = job
  const boot = kernelBoot(job)
  const durationNs = Math.round((durationMs * 1e6) / runs)
  const settling = { width: width ?? SETTLED }
  const simJob = { ...kernelJob(job, entrant, seed + run), durationNs, settling }
  try {
    return await host.run({ job: simJob, boot: boot.href, isOwn: job.boot === undefined })
  } catch (error) {
    if (job.boot === undefined || !(error instanceof BenchError)) throw withCure(job, error)
    const file = boot.pathname.split('/').at(-1)
    throw new BenchError(`worker module ${file}: ${error.message}`, error.stack)
  }
}
