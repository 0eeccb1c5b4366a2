import type { Effort, Experiment } from '../../model/experiment.ts'
import type { Job } from '../../model/job.ts'
import type { Row } from '../../model/row.ts'
import { CPU_COUNT, CPUS, PLACE, VARIANT, type View } from '../../model/view.ts'
import { ifqueue as workload } from '../../workloads/interfaces/ifqueue.ts'
import { jobOf, liveCpus, simulatedCpus } from '../job-of.ts'
import { grainFindings, isMain } from './grain-findings.ts'

const PROFILES = ['xeon-8176', 'epyc-7742'] as const

interface Plan {
  readonly cpus: readonly number[]
  readonly runs: number
  /** Virtual time of each run; a run of many CPUs at one lock takes as long by itself. */
  runMs(cpus: number): number
  /** What the answer may depend on is varied on so many CPUs. */
  readonly varied: readonly number[]
  readonly liveMs: number
}

const FULL: Plan = {
  cpus: [1, 2, 4, 8, 16, 64],
  runs: 5,
  runMs: (cpus) => (cpus > 8 ? 0.1 : 0.3),
  varied: [8],
  liveMs: 2500,
}
const PLANS: Readonly<Record<Effort, Plan>> = {
  thorough: { ...FULL, cpus: [1, 2, 4, 8, 16, 32, 64] },
  full: FULL,
  quick: { cpus: [1, 4], runs: 5, runMs: () => 0.1, varied: [], liveMs: 90 },
}
/** Above so many CPUs the collapse of a lock costs the host seconds, and one run is made. */
const MOST_REPEATED = 16

/** What the answer may depend on: a smaller work, a slow link, locks with a back-off. */
const VARIED = [{ sendWork: 200 }, { link: 1 }, { bulk: 1 }] as const
const KERNEL = { statistics: true } as const

const RATE = view('Packets per second', 'rate')
const WAIT = view('Wait for locks, for each packet', 'lock-wait')
const MOVES = view('Cache lines that move, for each packet', 'line-moves')
const ATOMICS = view('Atomic operations, for each packet', 'atomics')
const PAIRS = view('Pairs of locking and unlocking, for each packet', 'lock-pairs')

/** Row 8 of the Netperf project's page: granularity of an ifqueue's mutexes against contention. */
export const ifqueueGrain: Experiment = {
  name: 'ifqueue-grain',
  summary: 'Do more locks in an interface queue pay, or does what they cost when senders contend?',
  question:
    'Does the granularity that mutexes in the ifqueue provide outweigh what they cost where ' +
    'senders contend? A sender on each CPU sends packets of 60 bytes through one interface of ' +
    '100 Gb/s, each after 800 ns of other work, by every hand-off: one lock, two, bulk dequeue, ' +
    'rings without a lock, and several transmit queues.',
  jobs,
  tables: [RATE, PAIRS, ATOMICS, MOVES, WAIT].map((each) => ({ ...each, of: isMain })),
  pictures: [
    ...[RATE, WAIT, MOVES, ATOMICS].map((each) => ({ ...each, of: isSimulated })),
    {
      ...RATE,
      title: `${RATE.title}, on this computer`,
      of: ({ machine }: Row) => machine === 'live',
      along: VARIANT,
      series: CPU_COUNT,
    },
  ],
  findings: grainFindings,
}

function view(title: string, metric: string): View {
  return { title, workload: workload.name, metric, series: VARIANT, along: CPUS, panels: [PLACE] }
}

function isSimulated(row: Row): boolean {
  return row.machine === 'sim' && isMain(row)
}

function jobs(effort: Effort, seed: number): Job[] {
  const { cpus, runs, runMs, varied, liveMs } = PLANS[effort]
  const sim = (
    profile: string,
    count: number,
    own: object,
    labels = {},
    kernel: object = KERNEL,
  ) => {
    const times = count > MOST_REPEATED ? 1 : runs
    const time = { durationMs: runMs(count) * times, runs: times }
    const where = { machine: 'sim', profile, cpus: count, seed } as const
    return jobOf({ workload, ...where, ...time, kernel, own, labels })
  }
  const main = PROFILES.flatMap((profile) => {
    return simulatedCpus(profile, cpus).map((count) => sim(profile, count, {}))
  })
  const others = varied.flatMap((count) => [
    ...VARIED.map((own) => sim(PROFILES[0], count, own)),
    sim(
      PROFILES[0],
      count,
      {},
      { backoff: 'lock_delay' },
      {
        ...KERNEL,
        locks: { backoff: 'lock_delay' },
      },
    ),
  ])
  const live = liveCpus([2]).map((count) => {
    return jobOf({ workload, machine: 'live', cpus: count, seed, durationMs: liveMs, runs })
  })
  return [...live, ...main, ...others]
}
