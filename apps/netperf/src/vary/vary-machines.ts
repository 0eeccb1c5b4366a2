import type { Experiment } from '../model/experiment.ts'
import type { Finding } from '../model/finding.ts'
import type { Job } from '../model/job.ts'
import { Results } from '../model/results.ts'
import { runPlan } from '../plan/run-plan.ts'
import type { Progress } from '../progress/progress.ts'
import { drawnMachine } from './drawn-machine.ts'
import { type Survival, survivingClaims } from './surviving-claims.ts'

/**
 * Runs the quick plan of an experiment on the machines that it names, and on `machines` others
 * whose assumed figures are drawn from their ranges, and says which claims survive that. Undefined
 * when it was interrupted.
 */
export async function varyMachines(
  experiment: Experiment,
  machines: number,
  seed: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<Survival[] | undefined> {
  const jobs = experiment.jobs('quick', seed).filter(({ machine }) => machine === 'sim')
  const found = async (draw?: number): Promise<readonly Finding[]> => {
    const on = draw === undefined ? jobs : jobs.map((job) => drawn(job, seed + draw))
    const came = await runPlan(on, progress, signal)
    return signal.aborted ? [] : experiment.findings(new Results(came.flatMap(({ rows }) => rows)))
  }
  const findings = await found()
  const others: (readonly Finding[])[] = []
  for (let draw = 1; draw <= machines && !signal.aborted; draw++) others.push(await found(draw))
  return signal.aborted ? undefined : survivingClaims(findings, others)
}

function drawn(job: Job, seed: number): Job {
  return { ...job, profile: drawnMachine(job.profile, seed) }
}
