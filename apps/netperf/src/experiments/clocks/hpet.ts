import { LiveMemory } from '@smpnet/memory'
import {
  acpiFast,
  type Counter,
  dummyCounter,
  hpet as hpetCounter,
  Timecounters,
  tsc,
  tscCounter,
  type TscFacts,
} from '@smpnet/timecounter'
import { estimate } from '@smpnet/testing'
import {
  type Claim,
  type Finding,
  listText,
  ratioEvidence,
  simFindings,
} from '../../model/finding.ts'
import { figureText, type Query, ratio, ratioText, type Results } from '../../model/results.ts'
import { cpusText } from '../../model/formatted.ts'
import type { Measured } from '../../model/row.ts'
import { PLACE, setting, VARIANT, type View } from '../../model/view.ts'
import { HZ } from '@smpnet/stack'
import { timestamps } from '../../workloads/clocks/timestamps.ts'
import { uptime } from '../../workloads/clocks/uptime.ts'
import type { Effort, Experiment } from '../../model/experiment.ts'
import { adviceFinding, rangeText } from '../advice.ts'
import { jobOf } from '../job-of.ts'
import { byCounter, claimOf, counterView, onSimulatedMachines } from './counters.ts'

const READS = counterView('A call of gettimeofday', 'timestamps', 'read')
const WATCH = setting('watch')
const KEPT: View = {
  title: 'Seconds kept per second, by wraps between two windups',
  workload: 'uptime',
  metric: 'kept',
  series: VARIANT,
  along: setting('wraps'),
  panels: [PLACE, WATCH],
}
const WRAPS: Readonly<Record<Effort, readonly number[]>> = {
  thorough: [0.5, 0.9, 1.1, 1.5, 2.5],
  full: [0.5, 0.9, 1.1, 1.5, 2.5],
  quick: [0.9, 1.1],
}

/** Row 5 of the Netperf project's page: the ACPI HPET as a timecounter. */
export const hpet: Experiment = {
  name: 'hpet',
  summary: 'Is the HPET worth having as a timecounter, and when is it chosen?',
  question:
    'The HPET is another timecounter: when do its quality and its rate make it the one in use, ' +
    'what does reading it cost beside the others, and what happens at its wrap? A thread of each ' +
    'CPU calls gettimeofday by each counter; then time is kept by windups that come so late that ' +
    'the counter wraps between them, alone and watched by a counter that does not. (Simulated ' +
    'only: JavaScript cannot read an HPET.)',
  jobs: (effort, seed) => [
    ...onSimulatedMachines(effort, { workload: timestamps, seed }).map(jobOf),
    ...uptimeJobs(effort, seed),
  ],
  tables: [READS, KEPT],
  pictures: [READS, KEPT],
  findings: (results) => [
    ...results.profilesOf('timestamps').flatMap((profile) =>
      simFindings(profile, [
        ...readCosts(results, {
          machine: 'sim',
          profile,
          workload: 'timestamps',
          metric: 'read',
        }),
        ...atWrap(results, { machine: 'sim', profile, workload: 'uptime' }),
        ...(profile === SELECTED_ON ? selection() : []),
      ]),
    ),
    ...advice(results),
  ],
}

/** Selection does not depend on the machine; it is told once. */
const SELECTED_ON = 'xeon-8176'

/** For programs that take many time stamps. */
function advice(results: Results): Finding[] {
  const of = (variant: string) =>
    results.all({ workload: 'timestamps', metric: 'read', machine: 'sim', variant })
  const [slow, better, fast] = [of('ACPI-fast'), of('HPET'), of('TSC')]
  if ([slow, better, fast].some((rows) => rows.length === 0)) return []
  return adviceFinding({
    when: 'where programs call gettimeofday often (`dtrace`, `truss -c`)',
    look: 'sysctl kern.timecounter.hardware kern.timecounter.choice',
    change: 'take the counter with the highest quality above 0 that the choice lists',
    brings:
      `a time stamp of ${rangeText(fast)} with TSC or ${rangeText(better)} with HPET, in the ` +
      `place of ${rangeText(slow)} with ACPI-fast`,
    of: [...slow, ...better, ...fast],
  })
}

function uptimeJobs(effort: Effort, seed: number) {
  const where = { machine: 'sim', cpus: 1, seed, durationMs: 1, runs: 5 } as const
  return (['none', 'TSC'] as const).flatMap((watch) =>
    WRAPS[effort].map((wraps) => {
      const own = { wraps, watch, timecounter: ['HPET', 'ACPI-fast', 'i8254'] }
      return jobOf({ workload: uptime, ...where, own })
    }),
  )
}

function readCosts(results: Results, at: Query): Claim[] {
  return results.oneAndMostCpus(at).flatMap((cpus) => {
    const reads = byCounter(results, { ...at, cpus })
    const own = reads.get('HPET')
    if (own === undefined) return []
    const others = [...reads.values()].filter((other) => other !== own)
    const compared = others.map((other) => ({ other, times: ratio(other, own) }))
    const texts = compared.map(({ other, times }) => `${other.row.variant} ${ratioText(times)}`)
    const claim =
      `${cpusText(cpus)}: gettimeofday takes ${figureText(own)} with HPET; with the others, ` +
      `beside it, ${listText(texts)}.`
    const evidence = compared.map(({ other, times }) =>
      ratioEvidence(`${other.row.variant} over HPET, gettimeofday, ${cpusText(cpus)}`, times),
    )
    return [{ claim, evidence: [...claimOf('', [own]).evidence, ...evidence] }]
  })
}

function atWrap(results: Results, at: Query): Claim[] {
  const kept = (watch: string) =>
    results.all({ ...at, variant: 'HPET', settings: { watch } }).toSorted(byWraps)
  const [alone, watched] = [kept('none'), kept('TSC')]
  if (alone.length === 0) return []
  const whole = alone.filter(({ row }) => row.median > 0.999)
  const lost = alone.filter(({ row }) => row.median <= 0.999)
  const limit = Math.max(0, ...whole.map(wrapsOf))
  const losses = lost.map((each) => {
    return `${(100 * (1 - each.row.median)).toFixed(0)} % at ${wrapsOf(each)} wraps`
  })
  const isMended = watched.every(({ row }) => row.median > 0.999)
  const claim =
    `The HPET's 32 bits wrap every ${(2 ** 32 / hpetHz()).toFixed(0)} s. Windups up to ` +
    `${limit} wraps apart keep all of the time; later ones lose ${listText(losses) || 'none'}, ` +
    `and ${isMended ? 'nothing' : 'as much'} when a second counter watches.`
  return [claimOf(claim, [...alone, ...watched])]
}

function wrapsOf({ row }: Measured): number {
  return row.settings?.['wraps'] as number
}

function byWraps(one: Measured, other: Measured): number {
  return wrapsOf(one) - wrapsOf(other)
}

const SOURCE = { nowNs: () => 0 }

function hpetHz(): number {
  return hpetCounter(LiveMemory.create(64), SOURCE).frequency
}

/** Which counter is chosen on machines that have an HPET. */
function selection(): Claim[] {
  const memory = LiveMemory.create(64)
  const [high, acpi] = [hpetCounter(memory, SOURCE), acpiFast(memory, SOURCE)]
  const tscOf = (facts: TscFacts) => tscCounter(memory, tsc(SOURCE, 2_600_000_000), facts)
  return [
    choice('whose TSC is invariant and passes the test across CPUs', [
      acpi,
      high,
      tscOf({ isInvariant: true, isSynchronized: true }),
    ]),
    choice('whose TSC fails the test across CPUs', [
      acpi,
      high,
      tscOf({ isInvariant: true, isSynchronized: false }),
    ]),
    choice('that VirtualBox simulates', [
      acpi,
      high,
      tscOf({ isInvariant: true, isVirtualBox: true }),
    ]),
    choice('that has no HPET and whose TSC fails the test', [
      acpi,
      tscOf({ isInvariant: true, isSynchronized: false }),
    ]),
  ]
}

function choice(where: string, counters: readonly Counter[]): Claim {
  const registered = new Timecounters(dummyCounter(), HZ)
  for (const counter of counters) registered.register(counter)
  const { name } = registered.hardware()
  const claim = `On a machine ${where}, of ${registered.choice()}, ${name} is chosen.`
  const evidence = registered.registered().map((counter) => ({
    of: `quality of ${counter.name}`,
    unit: '',
    ...estimate([counter.quality]),
  }))
  return { claim, evidence }
}
