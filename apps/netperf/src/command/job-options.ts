import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Profile, profiles } from '@smpnet/machine/sim'
import type { StackPart } from '@smpnet/stack'
import type { Job } from '../model/job.ts'
import type { Labels, MachineKind } from '../model/row.ts'
import { machineFrom } from '../machines/machine-file.ts'
import {
  ANY_CORE,
  coresFrom,
  priceLabels,
  pricedMachine,
  threadsFrom,
  threadsText,
} from '../machines/told-machine.ts'
import { parseCount, parseDuration, parseProbability, parseSize } from '../options/quantities.ts'
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
import { type Asked, machineOf, makeJob } from '../plan/make-job.ts'
import { workloads } from '../workloads/index.ts'
import { captureFile } from './capture-file.ts'
import { baseFrom } from './kernel-base.ts'
import { type KernelOptions, kernelFrom } from './kernel-options.ts'
import { ownFrom, type TypedOptions } from './workload-options.ts'

/** The options of `netperf run` that all workloads have, as they were typed. */
export interface JobOptions extends KernelOptions, MachineOptions {
  readonly variants?: string
  readonly duration?: string
  readonly runs?: string
  readonly width?: string
  readonly boot?: string
  readonly capture?: string
}

/** Those that say what it runs on. */
export interface MachineOptions {
  readonly machine?: string
  readonly cpus?: string
  readonly memory?: string
  readonly profile?: string
  readonly price?: readonly string[]
  readonly on?: string
  readonly seed?: string
}

/**
 * The job that was typed, with `own` for the options of the workload: the one place where texts
 * become the numbers and words of a job. Throws a UsageError that says which option is wrong.
 */
export async function jobFrom(
  workloadName: string,
  typed: JobOptions,
  own: TypedOptions = {},
  swept: Pick<Asked<object>, 'labels' | 'sweep'> = {},
): Promise<Job> {
  const workload = lookUp('workload', workloads, workloadName)
  const ownOptions = ownFrom(workload, own)
  const { base, machine: below } = await baseFrom(typed)
  const machine = machineOf(workload, typed.machine ?? below?.kind)
  refuseIdle(typed, machine)
  const size = sizeFrom(typed, below, machine)
  const runs = given(typed.runs, (text) => parseCount(text, RUNS)) ?? runsOf(typed, machine)
  const perRun = durationBounds(machine, runs ?? LIMITS.get(machine)!.runs)
  return makeJob({
    workload,
    own: ownOptions,
    machine,
    ...size,
    runs,
    width: given(typed.width, (text) => widthFrom(text, machine)),
    durationMs: given(typed.duration, (text) => parseDuration(text, perRun)),
    boot: given(typed.boot, bootModule),
    capture: given(typed.capture, captureFile),
    variants: given(typed.variants, listFrom),
    kernel: kernelFrom(typed, base),
    ...swept,
    labels: { ...swept.labels, ...machineLabels(typed, size) },
  })
}

/** What rows say of a machine besides its name. */
function machineLabels({ price = [] }: MachineOptions, { on }: MachineSize): Labels {
  const cores = on && (on.length === 0 ? ANY_CORE : threadsText(on))
  return { ...priceLabels(price), ...(cores !== undefined && { on: cores }) }
}

/** A file of packets is of one simulation. */
function runsOf({ capture }: JobOptions, machine: MachineKind): number | undefined {
  return capture !== undefined && machine === 'sim' ? 1 : undefined
}

/** What a live machine does not look at is not silently ignored. Throws a UsageError. */
function refuseIdle({ profile, price }: MachineOptions, machine: MachineKind): void {
  const told = Object.entries({ profile, price }).find(([, text]) => text !== undefined)
  if (machine === 'sim' || told === undefined) return
  if (profile !== undefined) machineFrom(profile)
  throw new UsageError(`expected --${told[0]} with --machine sim, got it with "live"`)
}

/** What of a machine is said, on the command line or else in a file. Throws a UsageError. */
export function sizeFrom(
  typed: MachineOptions,
  below: StackPart['machine'],
  kind: MachineKind,
): MachineSize {
  const filed = below?.kind === 'sim' ? below.profile : undefined
  const named = given(typed.profile, machineFrom) ?? machineFiled(filed)
  const profile = pricedMachine(named, typed.price ?? [])
  const counted = given(typed.cpus, (text) => parseCount(text, cpuBounds(kind, profile)))
  const on = given(typed.on, (text) => {
    return kind === 'live' ? coresFrom(text) : threadsFrom(text, profile)
  })
  if (on?.length && counted !== undefined && counted !== on.length) {
    const expected = `expected --on ${typed.on} with --cpus ${on.length} or none`
    throw new UsageError(`${expected}, got --cpus "${typed.cpus}"`)
  }
  const cpus = on?.length || counted
  const memoryBytes = given(typed.memory, (text) => parseSize(text, MEMORY))
  return {
    profile,
    on: on ?? (below?.kind === kind && cpus === undefined ? below.on : undefined),
    cpus: cpus ?? below?.cpus,
    seed: given(typed.seed, seedFrom) ?? below?.seed,
    memoryBytes: memoryBytes ?? below?.memoryBytes,
  }
}

/** What a job needs to know of a machine. */
interface MachineSize extends Pick<Asked<object>, 'on' | 'cpus' | 'seed' | 'memoryBytes'> {
  readonly profile: Profile
}

function machineFiled(filed: string | Profile = DEFAULT_PROFILE): Profile {
  return typeof filed === 'string' ? lookUp('profile', profiles, filed) : filed
}

/** `--seed`. Throws a UsageError. */
export function seedFrom(text: string): number {
  return parseCount(text, SEED)
}

/** The value of a text; undefined when nothing was typed. */
export function given<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  return text === undefined ? undefined : parse(text)
}

function widthFrom(text: string, machine: MachineKind): number {
  const width = parseProbability(text, '--width')
  if (machine === 'live') throw new UsageError('expected --width with --machine sim, got "live"')
  if (width > 0) return width
  throw new UsageError(`expected --width to be above 0, such as 2%, got "${text}"`)
}

function bootModule(path: string): URL {
  const file = resolve(path)
  if (existsSync(file)) return pathToFileURL(file)
  throw new UsageError(`expected --boot to be a module that boots a CPU, got no file at "${path}"`)
}
