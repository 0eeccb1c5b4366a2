import { type Finding, figureEvidence, liveFindings, simFindings } from '../../model/finding.ts'
import { cpusText, formatted } from '../../model/formatted.ts'
import { figureText, type Query, type Results } from '../../model/results.ts'
import { CPUS, PLACE, VARIANT, type View } from '../../model/view.ts'
import type { Effort, Experiment } from '../../model/experiment.ts'
import type { Job } from '../../model/job.ts'
import type { Measured } from '../../model/row.ts'
import { ifqueueRace as workload } from '../../workloads/interfaces/ifqueue-race.ts'
import { jobOf, liveCpus } from '../job-of.ts'

const PROFILES = ['xeon-8176', 'epyc-7742'] as const
const HISTORICAL = 'historical'
const CORRECTED = ['under-lock', 'recheck', 'coarse', 'bulk', 'buf-ring', 'abdicate'] as const

interface Plan {
  readonly cpus: readonly number[]
  readonly runs: number
  /** Virtual time of all runs together: of the historical hand-off, and of the others. */
  readonly historicalMs: number
  readonly correctedMs: number
  readonly liveMs: number
}

const FULL: Plan = {
  cpus: [2, 8],
  runs: 5,
  historicalMs: 1000,
  correctedMs: 150,
  liveMs: 4000,
}
const PLANS: Readonly<Record<Effort, Plan>> = {
  thorough: FULL,
  full: FULL,
  quick: { cpus: [4], runs: 1, historicalMs: 60, correctedMs: 6, liveMs: 300 },
}

const STRANDED: View = {
  title: 'Packets of a million that are stranded',
  workload: workload.name,
  metric: 'stranded',
  series: VARIANT,
  along: CPUS,
  panels: [PLACE],
}
const FOR: View = { ...STRANDED, title: 'For how long one is', metric: 'stranded-for' }

/** Row 7 of the Netperf project's page: the race in ifqueue flagging. */
export const ifqueueRace: Experiment = {
  name: 'ifqueue-race',
  summary: 'What is the race in the flagging of IFQ_HANDOFF, and which hand-offs are free of it?',
  question:
    'IFQ_HANDOFF reads OACTIVE without the lock that protects it. Which schedule strands a ' +
    'packet, which starts the driver for nothing, and which hand-offs are free of that under ' +
    'every schedule? How often does it happen? Packets come at random moments, at 80 % of a ' +
    'link of 100 Mb/s, to a card of four descriptors, as rl(4) had; live, one sender fills it ' +
    'in bursts.',
  jobs,
  // The checker is loaded only by who asks it.
  exhibits: async (effort) => (await import('./handoff-models.ts')).handoffModels(effort),
  tables: [STRANDED, FOR],
  pictures: [STRANDED],
  findings: (results) => [
    ...PROFILES.flatMap((profile) => simFindings(profile, simClaims(results, profile))),
    ...liveClaims(results),
  ],
}

function jobs(effort: Effort, seed: number): Job[] {
  const { cpus, runs, historicalMs, correctedMs, liveMs } = PLANS[effort]
  const of = { workload, seed, runs }
  const sim = PROFILES.flatMap((profile) =>
    cpus.flatMap((count) => {
      const where = { ...of, machine: 'sim', profile, cpus: count } as const
      return [
        jobOf({ ...where, durationMs: historicalMs, own: { handoff: [HISTORICAL] } }),
        jobOf({ ...where, durationMs: correctedMs, own: { handoff: CORRECTED } }),
      ]
    }),
  )
  const live = liveCpus([2]).map((count) => {
    const own = { handoff: [HISTORICAL, 'recheck', 'abdicate'] }
    return jobOf({ ...of, machine: 'live', cpus: count, durationMs: liveMs, own })
  })
  return [...live, ...sim]
}

/** How often it happens, and that it does not with the others. */
function simClaims(results: Results, profile: string): Pick<Finding, 'claim' | 'evidence'>[] {
  const at: Query = { workload: workload.name, metric: 'stranded', machine: 'sim', profile }
  return results.all({ ...at, variant: HISTORICAL }).flatMap(({ row, figures }) => {
    const { cpus } = row
    const others = results.all({ ...at, cpus }).filter((each) => each.row.variant !== HISTORICAL)
    const seen = others.filter((each) => each.figures.some((figure) => figure > 0))
    const mean = figures.reduce((sum, each) => sum + each, 0) / figures.length
    const how = results.find({ ...at, metric: 'stranded-for', cpus, variant: HISTORICAL })
    const forText = how === undefined ? '' : `, half of them for more than ${figureText(how)}`
    const claim =
      `${cpusText(cpus)}: IFQ_HANDOFF strands ${mean.toFixed(0)} packets of a million, in the ` +
      `mean of ${figures.length} runs with ${rangeOf(figures)}${forText}; ${seen.length} of the ` +
      `${others.length} others strand any.`
    return [{ claim, evidence: [{ row, figures }, ...others].map(figureEvidence) }]
  })
}

function rangeOf(figures: readonly number[]): string {
  return `${Math.min(...figures).toFixed(0)} to ${Math.max(...figures).toFixed(0)}`
}

/** How long it took to appear on threads, or that it did not. */
function liveClaims(results: Results): Finding[] {
  const at: Query = { workload: workload.name, machine: 'live' }
  return results.all({ ...at, metric: 'stranded' }).flatMap((stranded) => {
    const { variant } = stranded.row
    const rate = results.find({ ...at, metric: 'rate', variant })
    return rate === undefined ? [] : liveFindings([liveClaim(stranded, rate)])
  })
}

function liveClaim(stranded: Measured, rate: Measured): Pick<Finding, 'claim' | 'evidence'> {
  const { variant, runs } = stranded.row
  const mean = stranded.figures.reduce((sum, each) => sum + each, 0) / stranded.figures.length
  const perSecond = rate.figures.reduce((sum, each) => sum + each, 0) / rate.figures.length
  const what =
    mean === 0
      ? `strands no packet in ${runs} runs of ${formatted(perSecond, '1/s')}`
      : `strands ${mean.toFixed(2)} packets of a million: one after ` +
        `${formatted((1e6 / mean / perSecond) * 1e9, 'ns')} of ${formatted(perSecond, '1/s')}`
  const claim = `On threads ${variant} ${what}, sent in bursts.`
  return { claim, evidence: [figureEvidence(stranded), figureEvidence(rate)] }
}
