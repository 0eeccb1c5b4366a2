import type { Profile } from '@smpnet/machine/sim'
import type { Job } from '../model/job.ts'
import type { Row } from '../model/row.ts'
import { type Asked, makeJob } from '../plan/make-job.ts'
import { runPlan } from '../plan/run-plan.ts'
import type { Progress } from '../progress/progress.ts'
import type { HostMeter } from '../calibrate/host-meter.ts'
import { liveRows, ROUNDS } from '../calibrate/live-rows.ts'
import { listWalk } from '../workloads/list-walk/list-walk.ts'
import { contextSwitch } from '../workloads/clocks/switch.ts'
import { lookups } from '../workloads/single/lookups.ts'
import { parks } from '../workloads/single/parks.ts'
import { permits } from '../workloads/single/permits.ts'
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
  /** Whether its CPUs compete for a lock. */
  readonly contends?: boolean
  readonly cpus: readonly number[]
  readonly asked: Omit<Asked<object>, 'machine' | 'cpus'>
}

const walk = (lock: string): Compared => ({
  metric: 'throughput',
  contends: true,
  cpus: [1, 2],
  asked: { workload: listWalk as never, own: { lock: [lock], writes: 0.01 } },
})
const COMPARED: readonly Compared[] = [
  { metric: 'switch', isInput: true, cpus: [1], asked: { workload: yields as never } },
  { metric: 'pass', isInput: true, cpus: [1], asked: { workload: pipes as never } },
  { metric: 'lookup', isInput: true, cpus: [1], asked: { workload: lookups as never } },
  { metric: 'pair', isInput: true, cpus: [1], asked: { workload: permits as never } },
  { metric: 'park', isInput: true, cpus: [1], asked: { workload: parks as never } },
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

const LIVE = { machine: 'live', ...ROUNDS } as const
/** Long enough for a stream to go round its buffer, whose lines come from memory at first. */
const SIM = { machine: 'sim', durationMs: 40, runs: 2 } as const

/** The calibrated host, live, beside its own simulation, on one CPU and two. */
export async function validateHost(
  profile: Profile,
  meter: HostMeter,
  progress: Progress,
  signal: AbortSignal,
): Promise<ValidationRow[]> {
  const pairs = COMPARED.flatMap(({ cpus, asked, contends = false, ...of }) =>
    cpus.map((count) => {
      const jobs = [LIVE, { ...SIM, profile }].map((where) =>
        makeJob({ ...asked, ...where, cpus: count }),
      ) as [Job, Job]
      return { ...of, contends, jobs }
    }),
  )
  const liveJobs = pairs.map(({ jobs }) => jobs[0])
  const contend = (index: number) => pairs[index]!.contends && liveJobs[index]!.cpus > 1
  const lived = await liveRows(liveJobs, contend, meter, progress, signal)
  const came = await runPlan(
    pairs.map(({ jobs }) => jobs[1]),
    progress,
    signal,
  )
  return pairs.flatMap(({ metric, isInput = false }, index) => {
    const live = lived[index]?.find((row) => row.metric === metric)
    const simulated = came[index]?.rows.find(({ row }) => row.metric === metric)?.row
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
