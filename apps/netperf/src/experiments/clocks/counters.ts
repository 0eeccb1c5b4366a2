import { type Claim, figureEvidence } from '../../model/finding.ts'
import { figureText, type Query, type Results } from '../../model/results.ts'
import type { Measured } from '../../model/row.ts'
import { CPUS, PLACE, VARIANT, type View } from '../../model/view.ts'
import type { Effort } from '../../model/experiment.ts'
import { type ExperimentAsked, liveCpus, simulatedCpus } from '../job-of.ts'

/** The machines that clocks are asked about; the first has at most 32 CPUs. */
const PROFILES: Readonly<Record<Effort, readonly string[]>> = {
  thorough: ['xeon-e5-2650', 'xeon-8176', 'epyc-7742'],
  full: ['xeon-e5-2650', 'xeon-8176', 'epyc-7742'],
  quick: ['xeon-e5-2650', 'xeon-8176'],
}

const CPU_COUNTS: Readonly<Record<Effort, readonly number[]>> = {
  thorough: [1, 2, 4, 8, 16, 32, 64],
  full: [1, 2, 4, 8, 16, 32, 64],
  quick: [1, 8, 32],
}

/** What of a job does not depend on where it runs. */
export type Anywhere<O extends object> = Pick<
  ExperimentAsked<O>,
  'workload' | 'seed' | 'own' | 'kernel'
>

/** A workload about counters on every simulated machine, from 1 CPU to 64 where it has as many. */
export function onSimulatedMachines<O extends object>(
  effort: Effort,
  asked: Anywhere<O>,
  counts = CPU_COUNTS[effort],
): ExperimentAsked<O>[] {
  const time = effort === 'quick' ? { durationMs: 0.5, runs: 5 } : { durationMs: 10, runs: 5 }
  return PROFILES[effort].flatMap((profile) =>
    simulatedCpus(profile, counts).map((cpus): ExperimentAsked<O> => {
      return { machine: 'sim', profile, cpus, ...time, ...asked }
    }),
  )
}

/** The same on this computer's threads: on one and, given time, on two. */
export function onThisComputer<O extends object>(
  effort: Effort,
  asked: Anywhere<O>,
): ExperimentAsked<O>[] {
  const [counts, time] =
    effort === 'quick'
      ? [[1], { durationMs: 90, runs: 5 }]
      : [[1, 2], { durationMs: 2000, runs: 10 }]
  return liveCpus(counts).map((cpus) => ({ machine: 'live', cpus, ...time, ...asked }))
}

/** A metric of a simulated workload, by counter along the CPUs. */
export function counterView(title: string, workload: string, metric: string): View {
  const of: View['of'] = ({ machine }) => machine === 'sim'
  return { title, workload, metric, of, series: VARIANT, along: CPUS, panels: [PLACE] }
}

/** What was measured with each counter, slowest first. */
export function byCounter(results: Results, at: Query): Map<string, Measured> {
  return new Map(results.all(at).map((measured) => [measured.row.variant, measured]))
}

/** `3.21 µs with HPET`, for each. */
export function figuresOf(measured: Iterable<Measured>): string[] {
  return [...measured].map((each) => `${figureText(each)} with ${each.row.variant}`)
}

/** A claim with the figures that it is made of. */
export function claimOf(claim: string, measured: Iterable<Measured>): Claim {
  return { claim, evidence: [...measured].map(figureEvidence) }
}
