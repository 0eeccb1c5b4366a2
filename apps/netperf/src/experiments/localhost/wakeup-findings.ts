import { cpusText } from '../../model/formatted.ts'
import {
  type Claim,
  type Finding,
  figureEvidence,
  listText,
  ratioEvidence,
} from '../../model/finding.ts'
import { figureText, type Query, ratio, ratioText, type Results } from '../../model/results.ts'
import type { Labels, Measured } from '../../model/row.ts'
import { controlClaims } from './control-findings.ts'
import { bestInBothClaims } from './best-in-both.ts'
import { type Traffic, TRAFFIC } from './localhost-jobs.ts'
import {
  heldText,
  isAbove,
  isBelow,
  onEachMachine,
  rateOf,
  restClaim,
} from './localhost-results.ts'

/** By so much a figure has to differ to be worth a word. */
const WORTH = 0.02
/** What policies are measured by. */
const USUAL = 'preempt'
/** The locks of FreeBSD 5.3, and none: the two ends. */
const HELD = ['table and block', 'no lock']

/** What each wakeup policy does to localhost traffic, on one CPU and on many. */
export function wakeupFindings(results: Results): Finding[] {
  return onEachMachine(results, (all, at) => {
    const schedulers = all.values(
      { ...at, metric: 'rate' },
      ({ settings }) => settings?.['scheduler'],
    )
    const claims = [
      ...schedulers.flatMap((scheduler) =>
        TRAFFIC.flatMap((traffic) => [
          ...policyClaims(all, at, traffic, scheduler as string),
          ...waitingClaims(all, at, traffic, scheduler as string),
        ]),
      ),
      ...bestInBothClaims(all, at),
      ...controlClaims(all, at),
    ]
    return claims.length === 0 ? [] : [...claims, ...restClaim(all, at)]
  })
}

/** What the kernels of a claim have in common: one netisr thread, as the stacks of that time. */
function ownOf(scheduler: string, held: string, wakeup: string): Labels {
  return { scheduler, wakeup, held, netisr: 'one thread', dispatch: 'deferred' }
}

/** The rates of the other policies beside the preempting one, on one CPU and on the most. */
function policyClaims(results: Results, at: Query, traffic: Traffic, scheduler: string): Claim[] {
  const counts = results.oneAndMostCpus({ ...at, workload: traffic.workload })
  return HELD.flatMap((held) => {
    const lines = counts.flatMap((cpus) => {
      const where = { ...at, cpus }
      const usual = rateOf(results, where, traffic, ownOf(scheduler, held, USUAL))
      if (usual === undefined || usual.row.min === 0) return []
      const others = policiesOf(results, at).flatMap((wakeup) => {
        const own = rateOf(results, where, traffic, ownOf(scheduler, held, wakeup))
        return own === undefined ? [] : [{ wakeup, times: ratio(own, usual) }]
      })
      return others.length === 0 ? [] : [{ cpus, usual, others }]
    })
    if (lines.length === 0) return []
    const texts = lines.map(({ cpus, usual, others }) => {
      const each = others.map(({ wakeup, times }) => `${wakeup} ${ratioText(times)}`)
      return `on ${cpusText(cpus)} beside the ${figureText(usual)} of ${USUAL}, ${listText(each)}`
    })
    const claim =
      `${traffic.workload} under ${scheduler}, one netisr thread, ${heldText(held)}: ` +
      `${texts.join('; ')}.`
    const evidence = lines.flatMap(({ cpus, usual, others }) => [
      figureEvidence(usual),
      ...others.map(({ wakeup, times }) => {
        const of = `${traffic.workload} ${traffic.rate}, ${scheduler}, ${heldText(held)}`
        return ratioEvidence(`${wakeup} over ${USUAL}: ${of}, ${cpusText(cpus)}`, times)
      }),
    ])
    return [{ claim, evidence }]
  })
}

function policiesOf(results: Results, at: Query): string[] {
  const all = results.values({ ...at, metric: 'rate' }, ({ settings }) => settings?.['wakeup'])
  return all.filter((wakeup) => wakeup !== undefined && wakeup !== USUAL).map(String)
}

/** Whether wakeups that do not preempt leave threads waiting, and CPUs idle, as CPUs are more. */
function waitingClaims(results: Results, at: Query, traffic: Traffic, scheduler: string): Claim[] {
  const { workload } = traffic
  const counts = results.oneAndMostCpus({ ...at, workload })
  const [held = ''] = HELD
  const figures = (['delay-p99', 'idle-queued'] as const).flatMap((metric) => {
    const found = [USUAL, 'no-preempt'].map((wakeup) =>
      counts.map((cpus) =>
        results.find({ ...at, workload, metric, cpus, settings: ownOf(scheduler, held, wakeup) }),
      ),
    )
    const [usual = [], other = []] = found.map((row) => row.filter((one) => one !== undefined))
    if (usual.length < counts.length || other.length < counts.length) return []
    return [{ metric, usual, other }]
  })
  if (figures.length === 0) return []
  const texts = figures.map((each) => waitingText(each, counts))
  const where = `${workload} under ${scheduler}, one netisr thread, ${heldText(held)}`
  const claim = `${where}: ${texts.join('; ')}.`
  const evidence = figures.flatMap(({ usual, other }) => [...usual, ...other]).map(figureEvidence)
  return [{ claim, evidence }]
}

interface Waiting {
  readonly metric: 'delay-p99' | 'idle-queued'
  /** By the counts of CPUs. */
  readonly usual: readonly Measured[]
  readonly other: readonly Measured[]
}

const WHAT = {
  'delay-p99': 'a woken thread waits for a CPU, 99 of 100 at most',
  'idle-queued': 'CPUs are idle beside a queued thread, per datagram,',
} as const

function waitingText({ metric, usual, other }: Waiting, counts: readonly number[]): string {
  const texts = counts.map((cpus, index) => {
    const [one, two] = [usual[index]!, other[index]!]
    const without = `on ${cpusText(cpus)} ${figureText(two)} without preemption`
    const where = `${without} and ${figureText(one)} with it`
    return one.row.min > 0 ? `${where} (${ratioText(ratio(two, one))})` : where
  })
  return `${WHAT[metric]} ${listText(texts)}${verdictText(usual, other)}`
}

/** Whether what was measured on the most CPUs is certainly more, or less, without preemption. */
function verdictText(usual: readonly Measured[], other: readonly Measured[]): string {
  const [one, two] = [usual.at(-1)!, other.at(-1)!]
  if (usual.length < 2 || one.row.min === 0) return ''
  const times = ratio(two, one)
  if (isAbove(times, 1 + WORTH)) return ', so that many CPUs wait longer without it'
  if (isBelow(times, 1 - WORTH)) return ', so that many CPUs wait less without it'
  return ', which is no certain difference on many CPUs'
}
