import { type Profile, withFigures } from '@smpnet/machine/sim'
import type { Row } from '../model/row.ts'
import type { Workload } from '../model/workload.ts'
import { makeJob } from '../plan/make-job.ts'
import { runPlan } from '../plan/run-plan.ts'
import type { Progress } from '../progress/progress.ts'
import { lookups } from '../workloads/single/lookups.ts'
import { parks } from '../workloads/single/parks.ts'
import { permits } from '../workloads/single/permits.ts'
import { pipes } from '../workloads/single/pipes.ts'
import { yields } from '../workloads/single/yields.ts'
import type { HostMeter } from './host-meter.ts'
import { hostProfile, withAccess, withWork } from './host-profile.ts'
import type { HostFigures } from './host-task.ts'
import { liveRows, ROUNDS } from './live-rows.ts'
import { measureHost } from './measure-host.ts'

/** What calibrating a host came to. */
export interface Calibrated {
  readonly profile: Profile
  readonly figures: HostFigures
  /** What single operations take on one real CPU, and what of the profile follows from each. */
  readonly single: readonly Single[]
}

export interface Single {
  readonly of: string
  readonly ns: number
  readonly spreadNs: readonly [number, number]
  readonly gives: string
}

/** What is measured on one live CPU, and by which figure of it. */
const SINGLE = {
  lookup: { workload: lookups, metric: 'lookup', of: 'lookup in a table', gives: 'accessNs' },
  permit: { workload: permits, metric: 'pair', of: 'release and acquire', gives: 'accessNs' },
  yield: { workload: yields, metric: 'switch', of: 'switch', gives: 'context-switch' },
  pipe: {
    workload: pipes,
    metric: 'pass',
    of: 'send and receive',
    gives: 'socket-send, -receive',
  },
  park: { workload: parks, metric: 'park', of: 'wake, park and switch', gives: 'park' },
} as const
type SingleName = keyof typeof SINGLE

/** What is added to each access to count them. */
const PROBE_NS = 10

/**
 * This host as a profile. Threads and memory are measured by themselves; then operations which do
 * one thing are run on a live CPU and on the simulated one, on which that thing costs nothing yet:
 * what is missing is its price. First the code around an access, where nothing but accesses is
 * done; then a switch, a send with a receive, and a wait, which consist of accesses too. All that
 * is done with these together is not measured, and can be predicted.
 */
export async function calibrateHost(
  meter: HostMeter,
  progress: Progress,
  signal: AbortSignal,
): Promise<Calibrated> {
  const figures = await measureHost(meter, (task) => progress.job(`this host, ${task}`), signal)
  const names = Object.keys(SINGLE) as SingleName[]
  const jobs = names.map((name) => {
    const workload = SINGLE[name].workload as Workload
    return makeJob({ workload, machine: 'live', cpus: 1, ...ROUNDS })
  })
  const rows = await liveRows(jobs, () => false, meter, progress, signal)
  const live = Object.fromEntries(
    names.map((name, index) => [name, rowOf(rows[index]!, SINGLE[name].metric)]),
  ) as Record<SingleName, Row>
  const missing = async (name: SingleName, profile: Profile) =>
    live[name].median - (await simulatedNs(name, profile, progress, signal))
  let profile = hostProfile(figures)
  profile = await withAccesses(profile, missing, (name, of) =>
    simulatedNs(name, of, progress, signal),
  )
  profile = withWork(profile, { 'context-switch': await missing('yield', profile) })
  const each = (await missing('pipe', profile)) / 2
  profile = withWork(profile, { 'socket-send': each, 'socket-receive': each })
  profile = withWork(profile, { park: await missing('park', profile) })
  const single = names.map((name): Single => {
    const { of, gives } = SINGLE[name]
    const { median, min, max } = live[name]
    return { of, ns: median, spreadNs: [min, max], gives }
  })
  return { profile, figures, single }
}

/** What is missing of all accesses is shared among them, which the simulated machine counts. */
async function withAccesses(
  bare: Profile,
  missing: (name: SingleName, profile: Profile) => Promise<number>,
  simulated: (name: SingleName, profile: Profile) => Promise<number>,
): Promise<Profile> {
  const probed = withFigures(bare, { 'code.accessNs': PROBE_NS })
  let ns = 0
  let accesses = 0
  for (const name of ['lookup', 'permit'] as const) {
    ns += await missing(name, bare)
    accesses += ((await simulated(name, probed)) - (await simulated(name, bare))) / PROBE_NS
  }
  return withAccess(bare, ns / accesses)
}

/** A simulated machine counts operations exactly: the mean is what each takes. */
async function simulatedNs(
  name: SingleName,
  profile: Profile,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  const workload = SINGLE[name].workload as Workload
  const job = makeJob({ workload, machine: 'sim', cpus: 1, runs: 1, durationMs: 1, profile })
  const [came] = await runPlan([job], progress, signal)
  return 1e9 / rowOf(came?.rows.map(({ row }) => row) ?? [], 'rate').median
}

function rowOf(rows: readonly Row[], metric: string): Row {
  const found = rows.find((row) => row.metric === metric)
  if (found !== undefined) return found
  throw new Error(`expected a figure for ${metric}, got none`)
}
