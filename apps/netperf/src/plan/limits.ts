import { MAX_LIVE_CPUS } from '@smpnet/machine/live'
import { mostCpus, type Profile, profiles } from '@smpnet/machine/sim'
import type { MachineKind } from '../model/row.ts'
import type { Bounds } from '../options/quantities.ts'

/** What a machine allows, and what it does when nobody says. */
interface MachineLimits {
  readonly shortestMs: number
  readonly longestMs: number
  readonly durationMs: number
  readonly runs: number
}

export const LIMITS: ReadonlyMap<MachineKind, MachineLimits> = new Map([
  ['live', { shortestMs: 1, longestMs: 3_600_000, durationMs: 2_000, runs: 10 }],
  ['sim', { shortestMs: 0.01, longestMs: 10_000, durationMs: 20, runs: 5 }],
])

export const DEFAULT_CPUS = 2
export const DEFAULT_PROFILE = 'xeon-e5-2650'

/** Bounds of the numbers of a job, named as the flags that they have on the command line. */
export const RUNS: Bounds = { name: '--runs', least: 1, most: 1000 }
export const SEED: Bounds = { name: '--seed', least: 0, most: 2 ** 31 - 1 }
export const MEMORY: Bounds = { name: '--memory', least: 1024, most: 2 ** 30 }

/** Those of CPUs. */
export function cpuBounds(machine: MachineKind, profile: Profile): Bounds {
  if (machine === 'live') return { name: '--cpus', least: 1, most: MAX_LIVE_CPUS }
  const most = mostCpus(profile)
  const larger = [...profiles.values()].filter((other) => mostCpus(other) > most)
  const others = larger.map((other) => `${other.name} has ${mostCpus(other)}`).join(', ')
  const cure = others === '' ? '' : ` (--profile ${others})`
  return { name: `--cpus of ${profile.name}${cure}`, least: 1, most }
}

/** Those of a duration: a live run is a slice of its own, which a timer ends. */
export function durationBounds(machine: MachineKind, runs: number): Bounds {
  const { longestMs, shortestMs } = LIMITS.get(machine)!
  const least = Number((shortestMs * runs).toPrecision(6))
  return { name: `--duration with ${runs} runs`, least, most: longestMs }
}
