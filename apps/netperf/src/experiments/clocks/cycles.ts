import { type Claim, listText, ratioEvidence, simFindings } from '../../model/finding.ts'
import { figureText, type Query, ratio, ratioText, type Results } from '../../model/results.ts'
import { cpusText } from '../../model/formatted.ts'
import { PLACE, setting, VARIANT, type View } from '../../model/view.ts'
import { NO_COUNTER } from '../../workloads/clocks/clock-options.ts'
import { contextSwitch } from '../../workloads/clocks/switch.ts'
import type { Experiment } from '../../model/experiment.ts'
import { jobOf } from '../job-of.ts'
import { byCounter, claimOf, counterView, onSimulatedMachines } from './counters.ts'

const ACCOUNTING = setting('accounting')
const BOTH: View = {
  ...counterView('A switch on one CPU, billed in time and in cycles', 'switch', 'switch'),
  of: ({ cpus, machine }) => cpus === 1 && machine === 'sim',
  series: ACCOUNTING,
  along: VARIANT,
  panels: [PLACE],
}
const IN_TIME = ofAccounting('time')
const IN_CYCLES = ofAccounting('cycles')

/** Row 6 of the Netperf project's page: the scheduler in cycles rather than time. */
export const cycles: Experiment = {
  name: 'cycles',
  summary: 'What does a scheduler save that accounts in cycles instead of in time?',
  question:
    'The scheduler bills each thread for what it ran. In time, each switch reads the timecounter ' +
    'and converts; in cycles, it reads the time stamp counter, and converts when somebody asks. ' +
    'What does that save? Two threads of each CPU pass a token through a pipe, with either ' +
    'accounting under each timecounter. (Simulated only: JavaScript cannot read a cycle counter.)',
  jobs: (effort, seed) =>
    (['time', 'cycles'] as const).flatMap((accounting) => {
      const asked = { workload: contextSwitch, seed, kernel: { rules: { accounting } } }
      return onSimulatedMachines(effort, asked).map(jobOf)
    }),
  tables: [BOTH, IN_TIME, IN_CYCLES],
  pictures: [BOTH, IN_TIME, IN_CYCLES],
  findings: (results) =>
    results
      .profilesOf('switch')
      .flatMap((profile) => simFindings(profile, claims(results, profile))),
}

function ofAccounting(accounting: string): View {
  return {
    ...counterView(`A switch, billed in ${accounting}`, 'switch', 'switch'),
    of: ({ settings }) => settings?.['accounting'] === accounting,
  }
}

function claims(results: Results, profile: string): Claim[] {
  const at: Query = { machine: 'sim', profile, workload: 'switch', metric: 'switch' }
  return results
    .oneAndMostCpus(at)
    .flatMap((cpus) => [
      ...savings(results, { ...at, cpus }),
      ...remainder(results, { ...at, cpus }),
    ])
}

/** How many times as long a switch takes in time as in cycles. */
function savings(results: Results, at: Query): Claim[] {
  const [inTime, inCycles] = ['time', 'cycles'].map((accounting) =>
    byCounter(results, { ...at, settings: { accounting } }),
  ) as [ReturnType<typeof byCounter>, ReturnType<typeof byCounter>]
  const compared = [...inTime].flatMap(([counter, time]) => {
    const own = inCycles.get(counter)
    if (counter === NO_COUNTER || own === undefined) return []
    return [{ counter, times: ratio(time, own) }]
  })
  if (compared.length === 0) return []
  const text = ({ counter, times }: (typeof compared)[number]) => `${counter} ${ratioText(times)}`
  const saving = compared.filter(({ times }) => times.low > 1.05)
  const even = compared.filter(({ times }) => times.low <= 1.05)
  const rest = even.length === 0 ? '' : `; less than a twentieth with ${listText(even.map(text))}`
  const claim =
    `${cpusText(at.cpus ?? 1)}: a switch billed in time takes, beside one billed in cycles, ` +
    `${listText(saving.map(text)) || 'as long'}${rest}.`
  const evidence = compared.map(({ counter, times }) =>
    ratioEvidence(`${counter}: a switch in time over cycles, ${cpusText(at.cpus ?? 1)}`, times),
  )
  return [{ claim, evidence }]
}

/** What accounting in cycles still costs, whatever the timecounter. */
function remainder(results: Results, at: Query): Claim[] {
  const inCycles = byCounter(results, { ...at, settings: { accounting: 'cycles' } })
  const bare = inCycles.get(NO_COUNTER)
  inCycles.delete(NO_COUNTER)
  const billed = [...inCycles.values()]
  const [first] = billed
  if (bare === undefined || first === undefined) return []
  const medians = billed.map(({ row }) => row.median)
  const isSame = Math.max(...medians) <= 1.01 * Math.min(...medians)
  const whatever = isSame ? 'whatever the timecounter' : 'which depends on the timecounter'
  const claim =
    `${cpusText(at.cpus ?? 1)}: billed in cycles a switch takes ${figureText(first)}, ` +
    `${whatever}, and ${figureText(bare)} when nothing is billed.`
  return [claimOf(claim, [bare, ...billed])]
}
