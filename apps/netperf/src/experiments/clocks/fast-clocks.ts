import {
  type Claim,
  type Finding,
  listText,
  liveFindings,
  ratioEvidence,
  simFindings,
} from '../../model/finding.ts'
import { figureText, type Query, ratio, ratioText, type Results } from '../../model/results.ts'
import { cpusText, formatted } from '../../model/formatted.ts'
import type { Measured, Row } from '../../model/row.ts'
import { CPU_COUNT, setting, VARIANT, type View } from '../../model/view.ts'
import { HZ } from '@smpnet/stack'
import { clocks } from '../../workloads/clocks/clocks.ts'
import { timestamps } from '../../workloads/clocks/timestamps.ts'
import type { Effort, Experiment } from '../../model/experiment.ts'
import { jobOf, liveCpus } from '../job-of.ts'
import {
  type Anywhere,
  byCounter,
  claimOf,
  counterView,
  onSimulatedMachines,
  onThisComputer,
} from './counters.ts'

const ENDS = { thorough: [1, 8, 32, 64], full: [1, 8, 32, 64], quick: [1, 8] } as const
const CLOCK = setting('clock')
const READS: View = {
  ...counterView('A time stamp by system call, on one CPU', 'timestamps', 'read'),
  of: ({ cpus }) => cpus === 1,
  series: CLOCK,
  along: VARIANT,
}
const FAST_READS: View = {
  ...counterView('A fast time stamp by system call', 'timestamps', 'read'),
  of: isFast,
}
const AGES: View = {
  ...counterView('How old a fast time stamp is, half are younger', 'timestamps', 'age'),
  of: isFast,
}
const HOST: View = {
  title: 'A reading of a clock, on this computer',
  workload: 'clocks',
  metric: 'read',
  series: CPU_COUNT,
  along: VARIANT,
  panels: [],
}
const HOST_AGES: View = {
  ...HOST,
  title: 'How old FastClock’s time is, half are younger',
  metric: 'age',
}

/** Row 4 of the Netperf project's page: CLOCK_REALTIME_FAST and CLOCK_MONOTONIC_FAST. */
export const fastClocks: Experiment = {
  name: 'fast-clocks',
  summary: 'What do time stamps cost that are only good to 1/HZ, and how good are they?',
  question:
    'CLOCK_REALTIME_FAST and CLOCK_MONOTONIC_FAST give the time of the last tick without reading ' +
    'a counter. What do they cost beside the precise clocks, with each timecounter, and is what ' +
    `they give never older than a tick, 1/${HZ} s? The same is asked of FastClock beside the ` +
    'clocks that JavaScript has.',
  jobs: (effort, seed) => [
    ...onThisComputer(effort, { workload: clocks, seed }).map(jobOf),
    ...(['precise', 'fast'] as const).flatMap((clock) =>
      longer(effort, { workload: timestamps, seed, own: { clock } }),
    ),
  ],
  tables: [HOST, HOST_AGES, READS, AGES],
  pictures: [READS, FAST_READS, AGES, HOST, HOST_AGES],
  findings,
}

function isFast({ settings }: Row): boolean {
  return settings?.['clock'] === 'fast'
}

/**
 * Ages go round with the tick, so the last half of each run has to see whole ticks. What CPUs
 * between the least and the most come to lies between them.
 */
function longer<O extends object>(effort: Effort, asked: Anywhere<O>) {
  return onSimulatedMachines(effort, asked, ENDS[effort]).map((own) => {
    const ticks = own.cpus > 1 ? 2 : 8
    return jobOf({ ...own, durationMs: own.runs * ticks * (1000 / HZ) })
  })
}

function findings(results: Results): Finding[] {
  const sim = results.profilesOf('timestamps').flatMap((profile) => {
    const at: Query = { machine: 'sim', profile, workload: 'timestamps' }
    return simFindings(profile, [
      ...results.oneAndMostCpus(at).flatMap((cpus) => saved(results, { ...at, cpus })),
      ...ages(results.all({ ...at, metric: 'age', settings: { clock: 'fast' } })),
    ])
  })
  const live = liveCpus([1, 2]).flatMap((cpus) => {
    const at: Query = { machine: 'live', workload: 'clocks', cpus }
    return [...hostClocks(results, at), ...ages(results.all({ ...at, metric: 'age' }))]
  })
  return [...sim, ...liveFindings(live)]
}

/** How many times as long a precise time stamp takes. */
function saved(results: Results, at: Query): Claim[] {
  const reads = (clock: string) =>
    byCounter(results, { ...at, metric: 'read', settings: { clock } })
  const [precise, fast] = [reads('precise'), reads('fast')]
  const [first] = fast.values()
  const compared = [...precise].flatMap(([counter, own]) => {
    const other = fast.get(counter)
    return other === undefined ? [] : [{ counter, times: ratio(own, other) }]
  })
  if (first === undefined || compared.length === 0) return []
  const texts = compared.map(({ counter, times }) => `${counter} ${ratioText(times)}`)
  const claim =
    `${cpusText(at.cpus ?? 1)}: a fast time stamp takes ${figureText(first)} with any counter; a ` +
    `precise one takes, beside it, ${listText(texts)}.`
  const evidence = compared.map(({ counter, times }) =>
    ratioEvidence(`${counter}: a precise time stamp over a fast one`, times),
  )
  return [{ claim, evidence: [...claimOf('', [first]).evidence, ...evidence] }]
}

/** Whether what is promised of the age holds for 99 in 100. */
function ages(measured: readonly Measured[]): Claim[] {
  if (measured.length === 0) return []
  const tickNs = 1e9 / HZ
  const oldest = measured.reduce((a, b) => (b.row.p99 > a.row.p99 ? b : a))
  const names = [...new Set(measured.map(({ row }) => row.variant))]
  const { p99, cpus } = oldest.row
  const holds = p99 <= tickNs * 1.01
  const claim =
    `Of ${holds ? 'every' : 'a'} clock's fast time stamps (${listText(names)}), 99 in 100 are ` +
    `no older than ${formatted(p99, 'ns')} on ${cpusText(cpus)}: ` +
    `${holds ? 'within' : 'more than'} a tick of ${formatted(tickNs, 'ns')}` +
    `${holds ? '' : ', by as much as the ticking thread was late'}.`
  return [claimOf(claim, measured)]
}

/** FastClock beside the cheapest clock of the host. */
function hostClocks(results: Results, at: Query): Claim[] {
  const reads = byCounter(results, { ...at, metric: 'read' })
  const own = reads.get('FastClock.now')
  const hosts = [...reads].filter(([name]) => !name.startsWith('FastClock'))
  if (own === undefined || hosts.length === 0) return []
  const compared = hosts.map(([name, host]) => ({ name, host, times: ratio(host, own) }))
  const texts = compared.map(
    ({ name, host, times }) => `${name} ${figureText(host)}, ${ratioText(times)}`,
  )
  const claim =
    `${cpusText(at.cpus ?? 1)}: FastClock.now takes ${figureText(own)}; the clocks of the host ` +
    `take, each with how many times as long: ${texts.join('; ')}.`
  const evidence = compared.map(({ name, times }) =>
    ratioEvidence(`${name} over FastClock.now`, times),
  )
  return [{ claim, evidence: [...claimOf('', [own]).evidence, ...evidence] }]
}
