import type { Profile } from '@smpnet/machine/sim'
import type { Job } from '../model/job.ts'
import type { Row } from '../model/row.ts'
import { type Asked, makeJob } from '../plan/make-job.ts'
import { runPlan } from '../plan/run-plan.ts'
import type { Progress } from '../progress/progress.ts'
import { listWalk } from '../workloads/list-walk/list-walk.ts'
import { contextSwitch } from '../workloads/clocks/switch.ts'
import { pipes } from '../workloads/single/pipes.ts'
import { yields } from '../workloads/single/yields.ts'
import { rr } from '../workloads/sockets/rr.ts'
import { stream } from '../workloads/sockets/stream.ts'
import type { ValidationRow } from './validation.ts'

/** What is run on this host and on its simulation, and by which metric they are compared. */
interface Compared {
  readonly metric: string
  /** Whether calibrating has measured it. */
  readonly isInput?: boolean
  readonly cpus: readonly number[]
  readonly asked: Omit<Asked<object>, 'machine' | 'cpus'>
}

const walk = (lock: string): Compared => ({
  metric: 'throughput',
  cpus: [1, 2],
  asked: { workload: listWalk as never, own: { lock: [lock], writes: 0.01 } },
})
const COMPARED: readonly Compared[] = [
  { metric: 'switch', isInput: true, cpus: [1], asked: { workload: yields as never } },
  { metric: 'pass', isInput: true, cpus: [1], asked: { workload: pipes as never } },
  {
    metric: 'switch',
    cpus: [1, 2],
    asked: { workload: contextSwitch as never, own: { timecounter: ['none'] } },
  },
  { metric: 'rtt', cpus: [1, 2], asked: { workload: rr as never, variants: ['smpnet'] } },
  {
    metric: 'throughput',
    cpus: [1, 2],
    asked: { workload: stream as never, variants: ['smpnet'] },
  },
  walk('mutex'),
  walk('rwlock'),
]

const LIVE = { machine: 'live', durationMs: 1000, runs: 20 } as const
const SIM = { machine: 'sim', durationMs: 5, runs: 2 } as const

/** The calibrated host, live, beside its own simulation, on one CPU and two. */
export async function validateHost(
  profile: Profile,
  progress: Progress,
  signal: AbortSignal,
): Promise<ValidationRow[]> {
  const pairs = COMPARED.flatMap(({ cpus, asked, ...of }) =>
    cpus.map((count) => {
      const jobs = [LIVE, { ...SIM, profile }].map((where) =>
        makeJob({ ...asked, ...where, cpus: count }),
      ) as [Job, Job]
      return { ...of, jobs }
    }),
  )
  const came = await runPlan(
    pairs.flatMap(({ jobs }) => jobs),
    progress,
    signal,
  )
  return pairs.flatMap(({ metric, isInput = false }, index) => {
    const rows = [came[2 * index], came[2 * index + 1]].map(
      (job) => job?.rows.find(({ row }) => row.metric === metric)?.row,
    )
    const [live, simulated] = rows
    return live && simulated ? [rowOf(live, simulated, isInput)] : []
  })
}

function rowOf(live: Row, simulated: Row, isInput: boolean): ValidationRow {
  const { workload, metric, variant, cpus, unit, runs, min, max } = live
  const cpu = cpus === 1 ? '1 CPU' : `${cpus} CPUs`
  return {
    of: `${workload} ${metric}, ${variant}, ${cpu}`,
    machine: 'this host',
    unit: unit as 'ns',
    real: live.median,
    simulated: simulated.median,
    error: simulated.median / live.median - 1,
    used: isInput ? 'input' : 'predicted',
    source: `live, ${runs} runs, ${min.toPrecision(3)} to ${max.toPrecision(3)}`,
  }
}
