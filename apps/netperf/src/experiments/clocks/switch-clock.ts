import type { Estimate } from '@smpnet/testing'
import {
  type Claim,
  type Finding,
  listText,
  liveFindings,
  ratioEvidence,
  simFindings,
} from '../../model/finding.ts'
import {
  figureText,
  percentText,
  type Query,
  ratio,
  ratioText,
  type Results,
} from '../../model/results.ts'
import { cpusText } from '../../model/formatted.ts'
import type { Measured } from '../../model/row.ts'
import { CPU_COUNT, VARIANT } from '../../model/view.ts'
import { NO_COUNTER } from '../../workloads/clocks/clock-options.ts'
import { contextSwitch } from '../../workloads/clocks/switch.ts'
import { timestamps } from '../../workloads/clocks/timestamps.ts'
import type { Experiment } from '../../model/experiment.ts'
import { adviceFinding, rangeText } from '../advice.ts'
import { jobOf, liveCpus } from '../job-of.ts'
import {
  byCounter,
  claimOf,
  counterView,
  figuresOf,
  onSimulatedMachines,
  onThisComputer,
} from './counters.ts'

const SWITCHES = counterView('A switch, billed in time', 'switch', 'switch')
const STAMPS = counterView('A call of gettimeofday', 'timestamps', 'read')
const LIVE = {
  ...SWITCHES,
  title: 'A switch, billed in time, on this computer',
  of: ({ machine }: { machine: string }) => machine === 'live',
  along: VARIANT,
  series: CPU_COUNT,
  panels: [],
}

/** Row 3 of the Netperf project's page: time stamps at context switches. */
export const switchClock: Experiment = {
  name: 'switch-clock',
  summary: 'What does the clock cost at each context switch, and for who takes time stamps?',
  question:
    'Every context switch takes a time stamp, and applications take many. What does that cost ' +
    'with each timecounter, and which share of the time goes into reading clocks? Two threads ' +
    'of each CPU pass a token through a pipe, with each switch billed in time by the counter or ' +
    'not billed at all; then a thread of each CPU calls gettimeofday again and again.',
  jobs: (effort, seed) => [
    ...onThisComputer(effort, { workload: contextSwitch, seed }).map(jobOf),
    ...onSimulatedMachines(effort, { workload: contextSwitch, seed }).map(jobOf),
    ...onSimulatedMachines(effort, { workload: timestamps, seed }).map(jobOf),
  ],
  tables: [LIVE, SWITCHES, STAMPS],
  pictures: [SWITCHES, STAMPS, LIVE],
  findings,
}

function findings(results: Results): Finding[] {
  const sim = results.profilesOf('switch').flatMap((profile) => {
    const at: Query = { machine: 'sim', profile }
    const most = results.mostCpus(at)
    return simFindings(profile, [
      ...results.oneAndMostCpus(at).flatMap((cpus) => switchClaims(results, { ...at, cpus })),
      ...scaling(results, at, most),
      ...stampClaims(results, { ...at, cpus: most }),
    ])
  })
  const live = liveCpus([1, 2]).flatMap((cpus) => {
    return switchClaims(results, { machine: 'live', cpus })
  })
  return [...sim, ...liveFindings(live), ...advice(results)]
}

/** For machines whose clock is not the TSC. */
function advice(results: Results): Finding[] {
  const of = (variant: string) =>
    results.all({ workload: 'switch', metric: 'switch', machine: 'sim', variant })
  const [slow, fast] = [of('HPET'), of('TSC')]
  if (slow.length === 0 || fast.length === 0) return []
  return adviceFinding({
    when: 'where switches are many (`vmstat 1`, column cs) and the timecounter is not the TSC',
    look: 'sysctl kern.timecounter.hardware kern.timecounter.choice',
    change:
      'where the choice gives the TSC a quality above 0, `sysctl kern.timecounter.hardware=TSC`; ' +
      'else bill in cycles (`netperf experiment cycles`)',
    brings: `a switch of ${rangeText(fast)} with TSC, in the place of ${rangeText(slow)} with HPET`,
    of: [...slow, ...fast],
  })
}

/** What of a switch is the clock: the time with a counter, less the time without any. */
function switchClaims(results: Results, at: Query): Claim[] {
  const switches = byCounter(results, { ...at, workload: 'switch', metric: 'switch' })
  const bare = switches.get(NO_COUNTER)
  if (bare === undefined || switches.size === 1) return []
  switches.delete(NO_COUNTER)
  const shares = [...switches].map(([counter, own]) => ({ counter, share: shareOf(bare, own) }))
  const texts = shares.map(({ counter, share }) => `${counter} ${shareText(share)}`)
  const claim =
    `${cpusText(at.cpus ?? 1)}: a switch takes ${figureText(bare)} without a clock, and ` +
    `${listText(figuresOf(switches.values()))}; the share of the clock is ${listText(texts)}.`
  const evidence = shares.map(({ counter, share }) =>
    ratioEvidence(`share of a switch that is ${counter}, ${cpusText(at.cpus ?? 1)}`, share),
  )
  return [
    { claim, evidence: [...claimOf('', [bare, ...switches.values()]).evidence, ...evidence] },
  ]
}

function shareOf(bare: Measured, own: Measured): Estimate {
  const { median, low, high, ...rest } = ratio(bare, own)
  return { ...rest, median: 1 - median, low: 1 - high, high: 1 - low }
}

/** A share that may be less than nothing, or more than half of all either way, is none. */
export function shareText(share: Estimate): string {
  const isMeasured = share.low > -0.05 && share.high <= 1 && share.high - share.low < 0.5
  return isMeasured ? percentText(share) : 'not to be measured here'
}

/** Counters that many CPUs cannot read at once, beside what the switch itself grows by. */
function scaling(results: Results, at: Query, most: number): Claim[] {
  const query = { ...at, workload: 'switch', metric: 'switch' }
  const one = byCounter(results, { ...query, cpus: 1 })
  const many = byCounter(results, { ...query, cpus: most })
  const grown = [...many].flatMap(([counter, own]) => {
    const alone = one.get(counter)
    return alone === undefined ? [] : [{ counter, times: ratio(own, alone) }]
  })
  const bare = grown.find(({ counter }) => counter === NO_COUNTER)
  if (most === 1 || bare === undefined) return []
  const worse = grown.filter(({ times }) => times.low > 1.1 * bare.times.high)
  const texts = worse.map(({ counter, times }) => `${counter} by ${ratioText(times)}`)
  const claim =
    `From 1 CPU to ${most}, a switch without a clock grows by ${ratioText(bare.times)}; with ` +
    `${listText(texts) || 'no counter'} it grows by more than a tenth above that.`
  const evidence = grown.map(({ counter, times }) =>
    ratioEvidence(`${counter}, a switch on ${most} CPUs over 1`, times),
  )
  return [{ claim, evidence }]
}

/** What an application pays. */
function stampClaims(results: Results, at: Query): Claim[] {
  const reads = byCounter(results, { ...at, workload: 'timestamps', metric: 'read' })
  if (reads.size === 0) return []
  const claim =
    `${cpusText(at.cpus ?? 1)}: a call of gettimeofday takes ` +
    `${listText(figuresOf(reads.values()))}.`
  return [claimOf(claim, reads.values())]
}
