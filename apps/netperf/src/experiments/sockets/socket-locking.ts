import type { Effort, Experiment } from '../../model/experiment.ts'
import type { Job } from '../../model/job.ts'
import type { Row } from '../../model/row.ts'
import { CPUS, PLACE, setting, VARIANT, type View } from '../../model/view.ts'
import {
  COUNTED,
  isRated,
  RATED,
  type Rated,
  type Traffic,
} from '../../workloads/locking/locked-settings.ts'
import { socketLocking as workload } from '../../workloads/locking/socket-locking.ts'
import { jobOf, liveCpus, simulatedCpus } from '../job-of.ts'
import { lockingFindings } from './locking-findings.ts'

const PROFILES = ['xeon-8176', 'epyc-7742'] as const

interface Plan {
  readonly profiles: readonly string[]
  readonly cpus: readonly number[]
  readonly traffic: readonly Rated[]
  readonly runs: number
  /** Virtual time of each run; a run of many CPUs at one lock takes long by itself. */
  runMs(cpus: number): number
  /** Calls are counted in so many runs, for so long in each. */
  readonly countRuns: number
  readonly countMs: number
  readonly live: readonly Rated[]
  readonly liveMs: number
}

const PLANS: Readonly<Record<Effort, Plan>> = {
  thorough: {
    profiles: PROFILES,
    cpus: [1, 2, 4, 8, 16, 32, 64],
    traffic: RATED,
    runs: 5,
    runMs: () => 0.3,
    countRuns: 5,
    countMs: 0.5,
    live: RATED,
    liveMs: 2500,
  },
  full: {
    profiles: PROFILES,
    cpus: [1, 4, 16, 64],
    traffic: RATED,
    runs: 5,
    runMs: (cpus) => (cpus < 16 ? 0.1 : 0.05),
    countRuns: 5,
    countMs: 0.5,
    live: RATED,
    liveMs: 400,
  },
  quick: {
    profiles: PROFILES.slice(0, 1),
    cpus: [8],
    traffic: ['rr', 'crr', 'crr-one'],
    runs: 5,
    runMs: () => 0.02,
    countRuns: 1,
    countMs: 0.1,
    live: ['crr'],
    liveMs: 60,
  },
}

const TRAFFIC = setting('traffic')
const CALL = { ...TRAFFIC, label: 'call' }

const RATE: View = {
  title: 'Operations per second',
  workload: workload.name,
  metric: 'rate',
  of: (row) => row.machine === 'sim' && isRated(trafficOf(row)),
  series: VARIANT,
  along: CPUS,
  panels: [TRAFFIC, PLACE],
}
const LIVE: View = {
  ...RATE,
  title: 'Operations per second, on this computer',
  of: ({ machine }: Row) => machine === 'live',
  along: TRAFFIC,
  panels: [PLACE],
}
const PAIRS = counted('Pairs of locking and unlocking of a call', 'lock-pairs')
const RELOCKS = counted('Locks that a call takes again', 'relocks')
const ATOMICS = counted('Atomic operations of a call', 'atomics')
const LINES = counted('Cache lines that move, for a call', 'line-moves')

/** Row 9 of the Netperf project's page: locking of the socket life cycle. */
export const socketLocking: Experiment = {
  name: 'socket-locking',
  summary:
    'What do the locks of a socket cost and leave open: state under two mutexes, or others?',
  question:
    'FreeBSD 5 to 11 have the state of a socket under the mutexes of both its buffers, and let ' +
    'go of them to enter the protocol. Which transitions are illegal or lost by that, and under ' +
    'which schedule? What does a lock of the socket’s own, one lock for all, or one for each ' +
    'direction cost and bring? Threads of two CPUs make, use and close connections of a local ' +
    'protocol.',
  jobs,
  exhibits: async () => (await import('./scheme-models.ts')).schemeModels(),
  tables: [PAIRS, RELOCKS, ATOMICS, LINES, RATE, LIVE],
  pictures: [RATE, PAIRS, RELOCKS, ATOMICS, LINES, LIVE],
  findings: lockingFindings,
}

function trafficOf({ settings }: Row): Traffic {
  return settings?.['traffic'] as Traffic
}

function counted(title: string, metric: string): View {
  return {
    title,
    workload: workload.name,
    metric,
    of: (row) => row.machine === 'sim' && !isRated(trafficOf(row)),
    series: VARIANT,
    along: CALL,
    panels: [PLACE],
  }
}

function jobs(effort: Effort, seed: number): Job[] {
  const plan = PLANS[effort]
  const { profiles, cpus, traffic: rated, runs, runMs, countRuns, countMs, live, liveMs } = plan
  const sim = { workload, machine: 'sim', seed } as const
  const counts = COUNTED.map((traffic) => {
    const where = { ...sim, profile: PROFILES[0], cpus: 2 }
    return jobOf({ ...where, runs: countRuns, durationMs: countMs * countRuns, own: { traffic } })
  })
  const rates = profiles.flatMap((profile) =>
    simulatedCpus(profile, cpus).flatMap((count) =>
      rated.map((traffic) => {
        const time = { durationMs: runMs(count) * runs, runs }
        return jobOf({ ...sim, profile, cpus: count, ...time, own: { traffic } })
      }),
    ),
  )
  const here = liveCpus([2]).flatMap((count) =>
    live.map((traffic) => {
      const where = { machine: 'live', cpus: count, durationMs: liveMs, runs } as const
      return jobOf({ workload, ...where, seed, own: { traffic } })
    }),
  )
  return [...here, ...counts, ...rates]
}
