import { cpusText, formatted } from '../../model/formatted.ts'
import { type Claim, figureEvidence, listText } from '../../model/finding.ts'
import { best, type Query, type Results } from '../../model/results.ts'
import type { Labels, Measured } from '../../model/row.ts'
import { TRAFFIC } from './localhost-jobs.ts'
import { heldText, kernelText } from './localhost-results.ts'

/** A kernel, and the least that it has of the best rate anywhere. */
interface Standing {
  readonly settings: Labels
  readonly least: number
  /** Where it has that. */
  readonly worst: Measured
  readonly top: Measured
}

/** Of a way to wake, what its best kernel is called here. */
interface Way {
  readonly name: string
  is(settings: Labels): boolean
}

const HOLDS = (settings: Labels) => settings['held'] !== 'no lock'
/** The ways to keep netisr out of its waker's locks, and the one that does not. */
const WAYS: readonly Way[] = [
  { name: 'the stack hands on after its locks', is: (settings) => !HOLDS(settings) },
  ...['preempt', 'no-preempt', 'deferred-to-unlock', 'handoff'].map((wakeup) => ({
    name: `it holds locks, with ${wakeup}`,
    is: (settings: Labels) => HOLDS(settings) && settings['wakeup'] === wakeup,
  })),
]

/** Which kernel, and which way, is nearest to the best of all on one CPU and on the most. */
export function bestInBothClaims(results: Results, at: Query): Claim[] {
  const counts = results.oneAndMostCpus({ ...at, metric: 'rate' })
  const standings = standingsOf(results, at, counts)
  const [first] = standings
  if (first === undefined || counts.length < 2) return []
  const where = `both workloads on ${listText(counts.map(cpusText))}`
  const ways = WAYS.flatMap(({ name, is }) => {
    const found = standings.find(({ settings }) => is(settings))
    return found === undefined ? [] : [{ name, ...found }]
  }).toSorted((one, other) => other.least - one.least)
  const texts = ways.map(({ name, least, settings }) => {
    return `${shareText(least)} where ${name} (${kernelText(settings)})`
  })
  const claim =
    `Over ${where}, the kernel that is nowhere far from the best rate is ` +
    `${kernelText(first.settings)}: at least ${shareText(first.least)} of it, least in ` +
    `${first.worst.row.workload} on ${cpusText(first.worst.row.cpus)}. The best of each way has ` +
    `${listText(texts)}.`
  const evidence = [first, ...ways].flatMap(({ worst, top }) => [worst, top]).map(figureEvidence)
  return [{ claim, evidence }, ...policyClaim(standings, counts)]
}

/** Which wakeup policy is best in both for each set of held locks. */
function policyClaim(standings: readonly Standing[], counts: readonly number[]): Claim[] {
  const held = [...new Set(standings.map(({ settings }) => settings['held']))]
  const firsts = held.map((locks) => standings.find(({ settings }) => settings['held'] === locks)!)
  const texts = firsts.map(({ settings, least }) => {
    return `${settings['wakeup']} with ${heldText(settings['held'])} (${shareText(least)})`
  })
  const where = listText(counts.map(cpusText))
  const claim = `The policy that is best on ${where} alike is ${listText(texts)}.`
  return [{ claim, evidence: firsts.map(({ worst }) => figureEvidence(worst)) }]
}

/** Every kernel that was measured everywhere, the best first. */
function standingsOf(results: Results, at: Query, counts: readonly number[]): Standing[] {
  const tops = TRAFFIC.flatMap(({ workload, rate }) =>
    counts.map((cpus) => handedOver(results.all({ ...at, workload, metric: rate, cpus }))),
  )
  const kernels = new Map(
    tops.flat().map(({ row }) => [JSON.stringify(row.settings), row.settings ?? {}]),
  )
  return [...kernels.values()]
    .flatMap((settings) => standingOf(settings, tops))
    .toSorted((one, other) => other.least - one.least)
}

function standingOf(settings: Labels, tops: readonly (readonly Measured[])[]): Standing[] {
  const shares = tops.flatMap((rows) => {
    const top = best(rows)
    const own = rows.find(({ row }) => JSON.stringify(row.settings) === JSON.stringify(settings))
    return top && own ? [{ share: own.row.median / top.row.median, own, top }] : []
  })
  if (shares.length < tops.length || shares.length === 0) return []
  const [least] = shares.toSorted((one, other) => one.share - other.share)
  return [{ settings, least: least!.share, worst: least!.own, top: least!.top }]
}

function handedOver(rows: readonly Measured[]): Measured[] {
  return rows.filter(({ row }) => row.settings?.['dispatch'] === 'deferred')
}

function shareText(share: number): string {
  return formatted(share, 'share')
}
