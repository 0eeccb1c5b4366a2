import type { StackStatistics } from '@smpnet/stack'
import { BenchError } from '@smpnet/testing'
import type { Captured } from '../model/captured.ts'
import type { KernelSliceResult } from '../model/kernel-slice.ts'
import { kernelBoot, kernelJob } from '../variants/smpnet.ts'
import type { VariantResult } from '../model/workload.ts'
import type { Entrant, Job } from '../model/job.ts'
import type { RunHooks } from './run-live.ts'
import type { SimHost, Simulated } from './sim-host.ts'
import { withCure } from './with-cure.ts'

/** Runs a job's entrants on simulated machines, one after the other; time is not shared there. */
export async function runSim(job: Job, hooks: RunHooks, host: SimHost): Promise<VariantResult[]> {
  const results: VariantResult[] = []
  for (const entrant of job.entrants) {
    const slices: KernelSliceResult[] = []
    let events = 0
    let statistics: StackStatistics | undefined
    let captured: Captured | undefined
    for (let run = 0; run < job.runs && !hooks.signal.aborted; run++) {
      const simulated = await runOnce(job, entrant, run, host)
      if (simulated === undefined) break
      slices.push(simulated.slice)
      events += simulated.events
      statistics = simulated.statistics
      captured = simulated.captured
      hooks.onSlice({ variant: entrant.name, round: run + 1, done: run + 1, total: job.runs })
    }
    results.push({ variant: entrant.name, slices, events, statistics, captured })
  }
  return results
}

/** Runs have seeds that count up. What a boot module of the user's throws is named with it. */
async function runOnce(
  job: Job,
  entrant: Entrant,
  run: number,
  host: SimHost,
): Promise<Simulated | undefined> {
  const { seed, durationMs } = job
  const boot = kernelBoot(job)
  const durationNs = Math.round(durationMs * 1e6)
  const simJob = { ...kernelJob(job, entrant, seed + run), durationNs }
  try {
    return await host.run({ job: simJob, boot: boot.href, isOwn: job.boot === undefined })
  } catch (error) {
    if (job.boot === undefined || !(error instanceof BenchError)) throw withCure(job, error)
    const file = boot.pathname.split('/').at(-1)
    throw new BenchError(`worker module ${file}: ${error.message}`, error.stack)
  }
}
