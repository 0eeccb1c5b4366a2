import { calibrate, contendedNs, type Profile, profiles, rendezvousNs } from '@smpnet/machine/sim'
import type { Job } from '../model/job.ts'
import { makeJob } from '../plan/make-job.ts'
import { runPlan } from '../plan/run-plan.ts'
import type { Progress } from '../progress/progress.ts'
import { forward } from '../workloads/forward/forward.ts'
import { PUBLISHED, type PublishedFigure, type Used } from './published.ts'

/** A figure of a real machine and the simulated one. */
export interface ValidationRow {
  readonly of: string
  readonly machine: string
  readonly unit: 'ns' | '1/s' | 'B/s'
  readonly real: number
  readonly simulated: number
  /** How much the simulated one is above the other; below 0 when it is less. */
  readonly error: number
  readonly used: Used
  readonly source: string
}

const DURATION_MS = 10
const RUNS = 5

/** Every published figure beside the simulated machine: first what profiles carry, by machine. */
export async function validatePublished(
  progress: Progress,
  signal: AbortSignal,
): Promise<ValidationRow[]> {
  const carried = [...profiles.values()].filter(({ name }) => !name.startsWith('guest-'))
  const jobs = PUBLISHED.map(jobOf)
  const asked = jobs.filter((job) => job !== undefined)
  const came = await runPlan(asked, progress, signal)
  const rows = PUBLISHED.map((figure, index) => {
    const job = jobs[index]
    const simulated =
      job === undefined ? microNs(figure) : rateOf(came[asked.indexOf(job)]?.rows ?? [])
    return simulated === undefined ? [] : [rowOf(figure, simulated)]
  })
  if (signal.aborted) return rows.flat()
  return [...carried.flatMap(calibrationRows), ...rows.flat()]
}

/** What profiles carry: their own figures are inputs, and their checks may be predictions. */
function calibrationRows(profile: Profile): ValidationRow[] {
  return calibrate(profile).flatMap(({ operation, figure, simulatedNs, isInput }) => {
    if (figure === undefined || figure.basis === 'assumed') return []
    const { value, source } = figure
    const used = isInput ? 'input' : 'predicted'
    const of = { of: operation, profile: profile.name, value, unit: 'ns', source, used } as const
    return [rowOf(of, simulatedNs)]
  })
}

type Carried = Omit<PublishedFigure, 'by'>

function rowOf(figure: Carried, simulated: number): ValidationRow {
  const { of, profile: machine, unit, value: real, used, source } = figure
  return { of, machine, unit, real, simulated, error: simulated / real - 1, used, source }
}

function jobOf({ profile, by }: PublishedFigure): Job | undefined {
  if (by.kind !== 'forward') return undefined
  const { cpus, own } = by
  const where = { machine: 'sim', profile, cpus, seed: 1, runs: RUNS } as const
  return makeJob({ workload: forward, ...where, durationMs: DURATION_MS, own })
}

function rateOf(rows: readonly { readonly row: { metric: string; median: number } }[]) {
  return rows.find(({ row }) => row.metric === 'rate')?.row.median
}

function microNs({ profile: name, by }: PublishedFigure): number {
  const profile = profiles.get(name)!
  if (by.kind === 'rendezvous') return rendezvousNs(profile, by.cpus)
  if (by.kind === 'additions') return contendedNs(profile, by.cpus, false)
  // A reader counts itself in and out.
  if (by.kind === 'reader-pairs') return 2 * contendedNs(profile, by.cpus, true)
  return calibrate(profile).find(({ operation }) => operation === 'lock and unlock')!.simulatedNs
}
