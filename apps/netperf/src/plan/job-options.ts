import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MAX_LIVE_CPUS } from '@smpnet/machine/live'
import { mostCpus as mostCpusOf, profiles } from '@smpnet/machine/sim'
import type { Entrant, Job } from '../model/job.ts'
import type { MachineKind } from '../model/row.ts'
import { BASELINE, comparedOn, variants } from '../variants/index.ts'
import { smpnet } from '../variants/smpnet.ts'
import { workloads } from '../workloads/index.ts'
import type { Configuration, TypedOptions, Workload } from '../model/workload.ts'
import { parseCount, parseDuration, parseSize } from '../options/quantities.ts'
import { lookUp, UsageError } from '../options/usage-error.ts'
import { checkOwnOptions } from './workload-options.ts'

/** The options of `netperf run` that all workloads have, as they were typed. */
export interface JobOptions {
  readonly machine?: string
  readonly cpus?: string
  readonly variants?: string
  readonly duration?: string
  readonly runs?: string
  readonly memory?: string
  readonly boot?: string
  readonly profile: string
  readonly seed: string
}

/** What a machine allows, and what it does when nobody says. */
interface MachineLimits {
  readonly shortestMs: number
  readonly longestMs: number
  readonly durationMs: number
  readonly runs: number
}

const LIMITS: ReadonlyMap<string, MachineLimits> = new Map([
  ['live', { shortestMs: 1, longestMs: 3_600_000, durationMs: 2_000, runs: 10 }],
  ['sim', { shortestMs: 0.01, longestMs: 10_000, durationMs: 20, runs: 1 }],
])

/**
 * The job that the options describe, with `own` for those of the workload. Throws a UsageError that
 * says which option is wrong.
 */
export function jobFrom(workloadName: string, options: JobOptions, own: TypedOptions = {}): Job {
  const workload = lookUp('workload', workloads, workloadName)
  checkOwnOptions(workload, own)
  const machine = machineOf(workload, options.machine)
  const limits = lookUp('machine', LIMITS, machine)
  const profile = lookUp('profile', profiles, options.profile)
  const mostCpus = machine === 'sim' ? mostCpusOf(profile) : MAX_LIVE_CPUS
  const cpus = count('--cpus', options.cpus, 1, mostCpus, 2)
  const runs = count('--runs', options.runs, 1, 1000, limits.runs)
  const seed = count('--seed', options.seed, 0, 2 ** 31 - 1, 1)
  const place = { machine, cpus, profile: profile.name, seed }
  const { detail, configurations } = workload.configure(own, place)
  const entrants = entrantsOf(workload, machine, configurations, options.variants)
  return {
    ...place,
    workload,
    entrants,
    baseline: workload.channel ? BASELINE : (entrants[0] as Entrant).name,
    detail,
    durationMs: duration(options.duration, limits, runs),
    runs,
    ...(options.memory !== undefined && { memoryBytes: memory(options.memory) }),
    ...(options.boot !== undefined && { boot: bootModule(options.boot) }),
  }
}

function machineOf({ name, machines }: Workload, typed: string | undefined): MachineKind {
  if (typed === undefined) return machines[0] as MachineKind
  lookUp('machine', LIMITS, typed)
  const found = machines.find((machine) => machine === typed)
  if (found !== undefined) return found
  throw new UsageError(`expected --machine ${machines[0]} with ${name}, got "${typed}"`)
}

/** Each variant once, or, where only our kernel can run it, each configuration once. */
function entrantsOf(
  workload: Workload,
  machine: MachineKind,
  configurations: readonly Configuration[],
  chosen: string | undefined,
): Entrant[] {
  const carriers = workload.channel ? chosenVariants(machine, chosen) : [smpnet.name]
  if (!workload.channel && chosen !== undefined) {
    const expected = `expected --variants with a workload that has alternatives`
    throw new UsageError(`${expected}, got it with "${workload.name}"`)
  }
  return carriers.flatMap((carrier) =>
    configurations.map(({ name = carrier, ...rest }) => ({ name, carrier, ...rest })),
  )
}

function count(
  name: string,
  text: string | undefined,
  least: number,
  most: number,
  otherwise: number,
): number {
  return text === undefined ? otherwise : parseCount(text, { name, least, most })
}

/** A run of a live machine is a slice of its own, which a timer ends: a millisecond at least. */
function duration(text: string | undefined, limits: MachineLimits, runs: number): number {
  if (text === undefined) return limits.durationMs
  const { longestMs, shortestMs } = limits
  const least = Number((shortestMs * runs).toPrecision(6))
  return parseDuration(text, { name: `--duration with ${runs} runs`, least, most: longestMs })
}

function memory(text: string): number {
  const most = 2 ** 30
  return parseSize(text, { name: '--memory', least: 1024, most })
}

function bootModule(path: string): URL {
  const file = resolve(path)
  if (existsSync(file)) return pathToFileURL(file)
  throw new UsageError(`expected --boot to be a module that boots a CPU, got no file at "${path}"`)
}

function chosenVariants(machine: MachineKind, text: string | undefined): string[] {
  if (text === undefined) return comparedOn(machine)
  const names = text.split(',').map((name) => name.trim())
  for (const name of names) {
    if (lookUp('variant', variants, name).machines.includes(machine)) continue
    const able = comparedOn(machine).join(', ')
    const expected = `expected variants for the ${machine} machine (${able})`
    throw new UsageError(`${expected}, got "${name}"`)
  }
  return [...new Set(names)]
}
