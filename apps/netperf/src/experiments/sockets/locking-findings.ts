import {
  type Claim,
  type Finding,
  figureEvidence,
  listText,
  liveFindings,
  ratioEvidence,
  simFindings,
} from '../../model/finding.ts'
import { cpusText } from '../../model/formatted.ts'
import {
  best,
  figureText,
  type Query,
  ratio,
  ratioText,
  type Results,
} from '../../model/results.ts'
import type { Measured } from '../../model/row.ts'
import { adviceFinding, rangeText } from '../advice.ts'

const WORKLOAD = 'socket_locking'
const HISTORICAL = 'split'
const FIGURES = ['lock-pairs', 'relocks', 'atomics', 'line-moves'] as const
const CALLS = ['send', 'receive', 'connect', 'close'] as const
const RATES = [
  ['rr', 'round trips'],
  ['stream', 'messages of a stream'],
  ['crr', 'connections at a listener for each pair'],
  ['crr-one', 'connections at one listener'],
] as const

/** The answer to the question of the page, as far as the numbers give one. */
export function lockingFindings(results: Results): Finding[] {
  const sim = results.profilesOf(WORKLOAD).flatMap((profile) => {
    const at: Query = { workload: WORKLOAD, machine: 'sim', profile }
    return simFindings(profile, [...counts(results, at), ...rates(results, at)])
  })
  const live = rates(results, { workload: WORKLOAD, machine: 'live' })
  return [...sim, ...liveFindings(live), ...advice(results)]
}

/** What each call takes, where nobody else runs. */
function counts(results: Results, at: Query): Claim[] {
  return CALLS.flatMap((call) => {
    const of = (metric: string) => results.all({ ...at, metric, settings: { traffic: call } })
    const figures = FIGURES.map(of)
    const [pairs = []] = figures
    if (pairs.length === 0) return []
    const texts = pairs.map(({ row: { variant } }) => {
      const own = figures.map((all) => all.find(({ row }) => row.variant === variant))
      return `${variant} ${own.map((each) => each?.row.median.toFixed(1) ?? '–').join(' / ')}`
    })
    const claim =
      `A ${call} takes, in lock pairs / locks taken again / atomic operations / lines that move, ` +
      `${listText(texts)}.`
    return [{ claim, evidence: figures.flat().map(figureEvidence) }]
  })
}

/** Every scheme beside the historical one, with the most CPUs. */
function rates(results: Results, at: Query): Claim[] {
  return RATES.flatMap(([traffic, what]) => {
    const query: Query = { ...at, metric: 'rate', settings: { traffic } }
    const all = results.all(query).filter(({ figures }) => figures.length > 1)
    const cpus = Math.max(...all.map(({ row }) => row.cpus))
    const rows = all.filter(({ row }) => row.cpus === cpus)
    const old = rows.find(({ row }) => row.variant === HISTORICAL)
    const others = rows.filter((each) => each !== old)
    if (old === undefined || others.length === 0) return []
    const times = others.map((each) => ({ each, ratios: ratio(each, old) }))
    const texts = times.map(({ each, ratios }) => `${each.row.variant} ${ratioText(ratios)}`)
    const claim =
      `${cpusText(cpus)}, ${what}: ${HISTORICAL} does ${figureText(old)}, and beside it ` +
      `${listText(texts)}; ${mostText(rows)}.`
    const evidence = times.map(({ each, ratios }) => {
      return ratioEvidence(
        `${each.row.variant} over ${HISTORICAL}, ${what}, ${cpusText(cpus)}`,
        ratios,
      )
    })
    return [{ claim, evidence: [figureEvidence(old), ...evidence] }]
  })
}

/** The one that does most, where it certainly does more than each other. */
function mostText(rows: readonly Measured[]): string {
  const most = best(rows)!
  const isCertain = rows.every((each) => each === most || ratio(most, each).low > 1)
  return isCertain ? `the most is ${most.row.variant}'s` : 'none does certainly most'
}

/** For servers whose threads accept from one listener. */
function advice(results: Results): Finding[] {
  const of = (traffic: string): Measured[] =>
    results.profilesOf(WORKLOAD).flatMap((profile) => {
      const query: Query = { workload: WORKLOAD, metric: 'rate', machine: 'sim', profile }
      const rows = results.all({ ...query, variant: 'so-lock', settings: { traffic } })
      return rows.toSorted((a, b) => b.row.cpus - a.row.cpus).slice(0, 1)
    })
  const [one, each] = [of('crr-one'), of('crr')]
  if (one.length === 0 || each.length === 0) return []
  return adviceFinding({
    when: 'where threads wait for `accept`, or from FreeBSD 12 on for the so_lock of a listener',
    look: 'sysctl debug.lock.prof.enable=1 debug.lock.prof.stats',
    change:
      'give each thread a listener of its own (SO_REUSEPORT_LB), since a lock scheme alone does ' +
      'not spread one queue; with connections that last, look at the system calls first: a ' +
      'send takes 580 ns besides its locks, which the profiles assume',
    brings: `${rangeText(each)} with so-lock, in the place of ${rangeText(one)}`,
    of: [...one, ...each],
  })
}
