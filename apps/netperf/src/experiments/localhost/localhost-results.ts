import { estimate } from '@smpnet/testing'
import { cpusText } from '../../model/formatted.ts'
import {
  type Claim,
  type Finding,
  figureEvidence,
  liveFindings,
  simFindings,
} from '../../model/finding.ts'
import { type Query, ratio, type Results } from '../../model/results.ts'
import type { Labels, Measured } from '../../model/row.ts'
import { type Traffic, TRAFFIC } from './localhost-jobs.ts'

type Claims = (results: Results, at: Query) => Claim[]

/** What `claims` says of each simulated machine, and then of this computer. */
export function onEachMachine(results: Results, claims: Claims): Finding[] {
  const profiles = new Set(TRAFFIC.flatMap(({ workload }) => results.profilesOf(workload)))
  const sim = [...profiles].flatMap((profile) =>
    simFindings(profile, claims(results, { machine: 'sim', profile })),
  )
  return [...sim, ...liveFindings(claims(results, { machine: 'live' }))]
}

/** The counts of CPUs that were measured, ascending. */
export function cpuCounts(results: Results, at: Query): number[] {
  return results.values(at, ({ cpus }) => cpus).toSorted((one, other) => one - other)
}

export function rateOf(
  results: Results,
  at: Query,
  { workload, rate }: Traffic,
  settings: Labels,
): Measured | undefined {
  return results.find({ ...at, workload, metric: rate, settings })
}

/** One kernel's rate over another's, on each count of CPUs where both were measured. */
export function ratesBeside(
  results: Results,
  at: Query,
  traffic: Traffic,
  over: Labels,
  under: Labels,
): RateRatio[] {
  return cpuCounts(results, { ...at, workload: traffic.workload }).flatMap((cpus) => {
    const [one, other] = [over, under].map((settings) =>
      rateOf(results, { ...at, cpus }, traffic, settings),
    )
    if (one === undefined || other === undefined || other.row.min === 0) return []
    return [{ cpus, times: ratio(one, other) }]
  })
}

export interface RateRatio {
  readonly cpus: number
  readonly times: ReturnType<typeof ratio>
}

/** `ULE, deferred-to-unlock, table held, one thread`. */
export function kernelText({ scheduler, wakeup, held, netisr }: Labels): string {
  return `${scheduler}, ${wakeup}, ${heldText(held)}, ${netisr}`
}

/** `table and block held`. */
export function heldText(held: Labels[string] | undefined): string {
  return `${held} held`
}

/** `1 CPU, 2 and 8 CPUs`. */
export function countsText(counts: readonly number[]): string {
  if (counts.length === 1) return cpusText(counts[0]!)
  return `${counts.slice(0, -1).join(', ')} and ${counts.at(-1)} CPUs`
}

/** What the claims of one machine rest on. */
export function restClaim(results: Results, at: Query): Claim[] {
  const [first] = results.all({ ...at, metric: 'rate' })
  if (first === undefined) return []
  const { runs, seed, machine } = first.row
  const evidence = [figureEvidence(first)]
  if (machine === 'live') {
    const claim =
      `All of this rests on ${runs} runs of each kernel; live threads stay on their CPUs, ` +
      'whatever the scheduler.'
    return [{ claim, evidence }]
  }
  const seeds = runs === 1 ? `one run, seed ${seed}` : `${runs} runs, seeds from ${seed}`
  const claim =
    `All of this rests on ${seeds}, of each kernel on this profile. Locks, lines, switches and ` +
    'interrupts have the profile’s prices; how the instructions of a datagram are shared among ' +
    'the layers is assumed, and what is assumed of the machine stands in its profile.'
  return [{ claim, evidence }]
}

/** Whether a figure is certainly above, or certainly below. */
export function isAbove(times: RateRatio['times'], limit: number): boolean {
  return times.low > limit
}

export function isBelow(times: RateRatio['times'], limit: number): boolean {
  return times.high < limit
}

export function medianOf({ figures }: Measured): number {
  return estimate(figures).median
}
