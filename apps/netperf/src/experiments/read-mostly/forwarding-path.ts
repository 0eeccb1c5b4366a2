import { type Finding, figureEvidence, simFindings } from '../../model/finding.ts'
import { figureText, type Results } from '../../model/results.ts'
import type { Job } from '../../model/job.ts'
import { CPU_COUNT, PLACE, type View } from '../../model/view.ts'
import { forward } from '../../workloads/forward/forward.ts'
import { type PathStep, pathText } from '../../workloads/forward/path-step.ts'
import type { Effort } from '../../model/experiment.ts'
import { jobOf } from '../job-of.ts'

/** A published figure of forwarding on one 8-core E5-2650, and the locks of its path. */
interface Published {
  readonly what: string
  readonly cpus: number
  readonly path: readonly PathStep[]
  readonly perSecond: number
  /** The profile was calibrated on it, so it is no prediction. */
  readonly isCalibration?: boolean
}

const PROFILE = 'xeon-e5-2650'
const PUBLISHED: readonly Published[] = [
  { what: 'no locks, one core', cpus: 1, path: [], perSecond: 1_422_556, isCalibration: true },
  {
    what: 'the four locks of 2015, one core',
    cpus: 1,
    path: [
      shared('table', 'rwlock'),
      shared('route', 'mutex'),
      shared('neighbours', 'rwlock'),
      shared('entry', 'rwlock'),
    ],
    perSecond: 1_233_048,
    isCalibration: true,
  },
  {
    what: 'one rwlock left, eight cores',
    cpus: 8,
    path: [shared('route', 'rwlock')],
    perSecond: 5_827_792,
    isCalibration: true,
  },
  {
    what: 'an rmlock in its place, eight cores',
    cpus: 8,
    path: [shared('route', 'rmlock')],
    perSecond: 11_282_262,
  },
]

/** The same path under the other locks, in a picture. */
export const pathView: View = {
  title: 'Packets per second on the way through the locks of their path',
  workload: 'forward',
  metric: 'rate',
  series: CPU_COUNT,
  along: { label: '', of: ({ variant }) => whatOf(variant) },
  panels: [PLACE],
}

/** Jobs that forward packets under the locks of the published measurements. */
export function pathJobs(effort: Effort, seed: number): Job[] {
  const [durationMs, runs] = effort === 'quick' ? [1.5, 5] : [25, 5]
  return PUBLISHED.map(({ cpus, path }) => {
    const where = { machine: 'sim', profile: PROFILE, cpus, seed, durationMs, runs } as const
    return jobOf({ workload: forward, ...where, own: { pathLock: path } })
  })
}

/** How near the simulated machine comes to what was measured on the real one. */
export function pathChecks(results: Results): Finding[] {
  return PUBLISHED.flatMap(({ what, cpus, path, perSecond, isCalibration }) => {
    const query = { workload: 'forward', metric: 'rate', profile: PROFILE, cpus }
    const found = results.all(query).find(({ row }) => row.variant === pathText(path))
    if (found === undefined) return []
    const percent = ((found.row.median / perSecond - 1) * 100).toFixed(1)
    const off = `${Number(percent) < 0 ? '' : '+'}${percent} %`
    const used = isCalibration
      ? 'the profile was calibrated on it'
      : 'the profile does not know it'
    const claim =
      `Forwarding, ${what}: ${figureText(found)} packets, beside ` +
      `${(perSecond / 1e6).toFixed(2)} M/s published for the real machine (${off}; ${used}).`
    return simFindings(PROFILE, [{ claim, evidence: [figureEvidence(found)] }])
  })
}

function whatOf(variant: string): string {
  return PUBLISHED.find(({ path }) => pathText(path) === variant)?.what ?? variant
}

/** A lock that each packet takes once, whatever its flow. */
function shared(name: string, lock: string): PathStep {
  return { name, lock, scope: 'shared', times: 1 }
}
