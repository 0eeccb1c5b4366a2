import { expectProfile } from './check-profile.ts'
import { mostCpus } from './check-profile.ts'
import {
  contendedNs,
  foreignCasNs,
  lockPairNs,
  ownCasNs,
  sharedLockPacketNs,
} from './micro-programs.ts'
import type { DistanceName, Figure, Profile } from './profiles/profile.ts'
import { cpusOf, DISTANCE_NAMES, distanceBetween } from './topology.ts'

/** One figure, and what a program on the simulated machine measures. */
export interface Calibration {
  readonly operation: string
  /** Undefined when nobody has published one. */
  readonly figure?: Figure
  readonly simulatedNs: number
  /** Whether the figure is one from which the machine's prices were worked out. */
  readonly isInput: boolean
}

/**
 * Measures single operations on the simulated machine and puts them beside the profile's figures:
 * whether a price that went in comes out again, through the whole machine, and whether what did
 * not go in is predicted. Takes some seconds on a large machine.
 */
export function calibrate(profile: Profile): readonly Calibration[] {
  expectProfile(profile)
  const { lines, checks = {}, topology, workNs } = profile
  const cores = topology.coresPerDomain
  const own = input('same-CPU swap', lines.casNs, ownCasNs(profile))
  const foreign = DISTANCE_NAMES.flatMap((distance) => foreignSwaps(profile, distance))
  const packetNs = workNs['forward-packet']?.value
  return [
    own,
    ...foreign,
    ...curve(profile),
    ...check('lock and unlock', checks.lockPairNs, () => lockPairNs(profile)),
    ...check(`packet, ${cores} cores under one lock`, checks.sharedLockPacketNs, () =>
      sharedLockPacketNs(profile, cores, packetNs ?? 0),
    ),
  ]
}

function foreignSwaps(profile: Profile, distance: DistanceName): readonly Calibration[] {
  const blind = profile.lines.blindCasNs[distance]
  const loaded = profile.lines.loadAndCasNs[distance]
  const other = cpuAt(profile, distance)
  if (blind === undefined || loaded === undefined || other === undefined) return []
  return [
    input(`${distance}: blind swap`, blind, foreignCasNs(profile, other, false)),
    input(`${distance}: load and swap`, loaded, foreignCasNs(profile, other, true)),
  ]
}

/** The first CPU so far away from CPU 0. */
function cpuAt(profile: Profile, distance: DistanceName): number | undefined {
  const index = DISTANCE_NAMES.indexOf(distance) + 1
  const cpus = Array.from({ length: mostCpus(profile) }, (_, cpu) => cpu)
  return cpus.find((cpu) => distanceBetween(profile.topology, 0, cpu) === index)
}

/** Additions to one word by 2, 4, 8 CPUs and so on, by all cores, and where there are figures. */
function curve(profile: Profile): readonly Calibration[] {
  const { topology, checks: { contendedNs: measured = {} } = {} } = profile
  const cores = Math.min(mostCpus(profile), cpusOf({ ...topology, threadsPerCore: 1 }))
  const counts = new Set([cores, ...Object.keys(measured).map(Number)])
  for (let cpus = 2; cpus < cores; cpus *= 2) counts.add(cpus)
  const sorted = [...counts].sort((one, other) => one - other)
  return sorted.map((cpus) => {
    const figure = measured[cpus]
    const operation = `addition, ${cpus} CPUs at one word`
    const simulatedNs = contendedNs(profile, cpus, false)
    return { operation, ...(figure && { figure }), simulatedNs, isInput: figure?.isInput ?? false }
  })
}

function input(operation: string, figure: Figure, simulatedNs: number): Calibration {
  return { operation, figure, simulatedNs, isInput: true }
}

function check(
  operation: string,
  figure: Figure | undefined,
  simulate: () => number,
): readonly Calibration[] {
  if (figure === undefined) return []
  return [{ operation, figure, simulatedNs: simulate(), isInput: figure.isInput ?? false }]
}
