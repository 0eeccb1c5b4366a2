import type { Job } from '../../model/job.ts'
import { percent } from '../../model/formatted.ts'
import type { Row } from '../../model/row.ts'
import { CPU_COUNT, CPUS, PLACE, setting, VARIANT, type View } from '../../model/view.ts'
import type { Effort, Experiment } from '../../model/experiment.ts'
import { listWalk } from '../../workloads/list-walk/list-walk.ts'
import { jobOf, liveCpus } from '../job-of.ts'
import { pathJobs, pathView } from './forwarding-path.ts'
import { readMostlyFindings } from './read-mostly-findings.ts'

const PROFILES = ['xeon-8176', 'epyc-7742'] as const
const WRITES = setting('writes', percent)

interface Plan {
  readonly cpus: readonly number[]
  readonly writes: readonly number[]
  readonly runs: number
  /** Virtual time of all runs together: among many CPUs a write takes long. */
  simMs(cpus: number): number
  readonly liveCpus: readonly number[]
  readonly liveWrites: readonly number[]
  readonly liveMs: number
  readonly liveRuns: number
}

const PLANS: Readonly<Record<Effort, Plan>> = {
  thorough: {
    cpus: [1, 2, 4, 8, 16, 32, 64],
    writes: [0, 0.001, 0.01, 0.1],
    runs: 5,
    simMs: (cpus) => (cpus > 8 ? 25 : 12.5),
    liveCpus: [1, 2],
    liveWrites: [0, 0.001, 0.01, 0.1],
    liveMs: 1000,
    liveRuns: 10,
  },
  full: {
    cpus: [1, 4, 16],
    writes: [0, 0.01, 0.1],
    runs: 5,
    simMs: (cpus) => (cpus > 8 ? 3 : 2),
    liveCpus: [1, 2],
    liveWrites: [0, 0.01],
    liveMs: 500,
    liveRuns: 10,
  },
  quick: {
    cpus: [1, 8],
    writes: [0, 0.01],
    runs: 5,
    simMs: () => 0.4,
    liveCpus: [2],
    liveWrites: [0.01],
    liveMs: 60,
    liveRuns: 3,
  },
}

const THROUGHPUT = view('Walks and writes per second', 'throughput')
const READ = view('A read, half are shorter', 'read')
const WRITE = view('A write, half are shorter', 'write')

/** Row 10 of the Netperf project's page: primitives with fast read and slow write. */
export const readMostly: Experiment = {
  name: 'read-mostly',
  summary: 'Which lock for a list that is walked often and changed almost never?',
  question:
    'Which primitive serves a list that is walked often and changed almost never: what does a ' +
    'read cost, how does it scale with CPUs, and what does a write pay for it? Every kind of ' +
    'lock protects a list of eight addresses; each CPU walks it again and again, and with a ' +
    'given probability replaces an entry instead.',
  jobs,
  tables: [THROUGHPUT, READ, WRITE].map((each) => ({ ...each, of: isTelling })),
  pictures: [
    ...[THROUGHPUT, READ, WRITE].map((each) => ({ ...each, of: isSimulated })),
    pathView,
    ...[THROUGHPUT, READ, WRITE].map((each) => ({
      ...each,
      title: `${each.title}, on this computer`,
      of: isLive,
      along: VARIANT,
      series: CPU_COUNT,
      panels: [PLACE, WRITES],
    })),
  ],
  findings: readMostlyFindings,
}

function view(title: string, metric: string): View {
  const panels = [PLACE, WRITES]
  return { title, workload: 'list_walk', metric, series: VARIANT, along: CPUS, panels }
}

/** What is printed: with one write in a hundred, all kinds differ. */
function isTelling({ settings }: Row): boolean {
  return settings?.['writes'] === 0.01
}

function isSimulated({ machine }: Row): boolean {
  return machine === 'sim'
}

function isLive({ machine }: Row): boolean {
  return machine === 'live'
}

function jobs(effort: Effort, seed: number): Job[] {
  const plan = PLANS[effort]
  const { runs, liveRuns, liveMs } = plan
  const walks = { workload: listWalk, seed }
  const live = liveCpus(plan.liveCpus).flatMap((cpus) =>
    plan.liveWrites.map((writes) => {
      const time = { durationMs: liveMs, runs: liveRuns }
      return jobOf({ ...walks, machine: 'live', cpus, ...time, own: { writes } })
    }),
  )
  const sim = PROFILES.flatMap((profile) =>
    plan.cpus.flatMap((cpus) =>
      plan.writes.map((writes) => {
        const time = { durationMs: plan.simMs(cpus), runs }
        return jobOf({ ...walks, machine: 'sim', profile, cpus, ...time, own: { writes } })
      }),
    ),
  )
  return [...live, ...sim, ...pathJobs(effort, seed)]
}
