import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Job } from '../model/job.ts'
import { parseCount, parseDuration, parseSize } from '../options/quantities.ts'
import { lookUp, UsageError } from '../options/usage-error.ts'
import { listFrom } from '../options/words.ts'
import {
  cpuBounds,
  DEFAULT_PROFILE,
  durationBounds,
  LIMITS,
  MEMORY,
  RUNS,
  SEED,
} from '../plan/limits.ts'
import { machineOf, makeJob } from '../plan/make-job.ts'
import { workloads } from '../workloads/index.ts'
import { type KernelOptions, kernelFrom } from './kernel-options.ts'
import { ownFrom, type TypedOptions } from './workload-options.ts'

/** The options of `netperf run` that all workloads have, as they were typed. */
export interface JobOptions extends KernelOptions {
  readonly machine?: string
  readonly cpus?: string
  readonly variants?: string
  readonly duration?: string
  readonly runs?: string
  readonly memory?: string
  readonly boot?: string
  readonly profile?: string
  readonly seed?: string
}

/**
 * The job that was typed, with `own` for the options of the workload: the one place where texts
 * become the numbers and words of a job. Throws a UsageError that says which option is wrong.
 */
export function jobFrom(workloadName: string, typed: JobOptions, own: TypedOptions = {}): Job {
  const workload = lookUp('workload', workloads, workloadName)
  const ownOptions = ownFrom(workload, own)
  const machine = machineOf(workload, typed.machine)
  const { profile = DEFAULT_PROFILE } = typed
  const cpus = given(typed.cpus, (text) => parseCount(text, cpuBounds(machine, profile)))
  const runs = given(typed.runs, (text) => parseCount(text, RUNS))
  const perRun = durationBounds(machine, runs ?? LIMITS.get(machine)!.runs)
  return makeJob({
    workload,
    own: ownOptions,
    machine,
    profile,
    cpus,
    runs,
    seed: given(typed.seed, seedFrom),
    durationMs: given(typed.duration, (text) => parseDuration(text, perRun)),
    memoryBytes: given(typed.memory, (text) => parseSize(text, MEMORY)),
    boot: given(typed.boot, bootModule),
    variants: given(typed.variants, listFrom),
    kernel: kernelFrom(typed),
  })
}

/** `--seed`. Throws a UsageError. */
export function seedFrom(text: string): number {
  return parseCount(text, SEED)
}

/** The value of a text; undefined when nothing was typed. */
export function given<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  return text === undefined ? undefined : parse(text)
}

function bootModule(path: string): URL {
  const file = resolve(path)
  if (existsSync(file)) return pathToFileURL(file)
  throw new UsageError(`expected --boot to be a module that boots a CPU, got no file at "${path}"`)
}
