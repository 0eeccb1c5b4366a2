import type { Profile } from '@smpnet/machine/sim'
import type { Measured } from '../model/row.ts'
import type { Workload } from '../model/workload.ts'
import { makeJob } from '../plan/make-job.ts'
import { runPlan } from '../plan/run-plan.ts'
import type { Progress } from '../progress/progress.ts'
import { pipes } from '../workloads/single/pipes.ts'
import { yields } from '../workloads/single/yields.ts'
import { hostProfile, withComposites } from './host-profile.ts'
import type { HostFigures } from './host-task.ts'
import { measureHost } from './measure-host.ts'

/** What calibrating a host came to. */
export interface Calibrated {
  readonly profile: Profile
  readonly figures: HostFigures
  /** A bare switch, and a send with a receive, on one real CPU. */
  readonly switchNs: number
  readonly pipeNs: number
}

const RUNS = 20
const LIVE_MS = 1000

/**
 * This host as a profile. Threads and memory are measured by themselves; then a switch, and a send
 * with a receive, are run on a live CPU and on the simulated one, on which they cost nothing yet
 * but the words that they touch: what is missing is their price. All that is done with them
 * together is not measured, and can be predicted.
 */
export async function calibrateHost(progress: Progress, signal: AbortSignal): Promise<Calibrated> {
  const figures = await measureHost((task) => progress.job(`this host, ${task}`))
  const bare = hostProfile(figures)
  const both = async (workload: Workload, metric: string) => {
    const live = { machine: 'live', cpus: 1, runs: RUNS, durationMs: LIVE_MS } as const
    const sim = { machine: 'sim', cpus: 1, runs: 1, durationMs: 1, profile: bare } as const
    const jobs = [makeJob({ workload, ...live }), makeJob({ workload, ...sim })]
    const came = await runPlan(jobs, progress, signal)
    const rows = came.flatMap((job) => job.rows)
    return [nsOf(rows, 'live', metric), nsOf(rows, 'sim', metric)] as const
  }
  const [switchNs, bareSwitch] = await both(yields as Workload, 'switch')
  const [pipeNs, barePipe] = await both(pipes as Workload, 'pass')
  const each = (pipeNs - barePipe) / 2
  const profile = withComposites(bare, {
    'context-switch': switchNs - bareSwitch,
    'socket-send': each,
    'socket-receive': each,
  })
  return { profile, figures, switchNs, pipeNs }
}

function nsOf(rows: readonly Measured[], machine: string, metric: string): number {
  const found = rows.find(({ row }) => row.machine === machine && row.metric === metric)
  if (found !== undefined) return found.row.median
  throw new Error(`expected ${metric} of the ${machine} machine, got none`)
}
