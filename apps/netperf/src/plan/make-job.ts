import { type Profile, profiles } from '@smpnet/machine/sim'
import { MAX_MEMORY_BYTES } from '@smpnet/memory'
import { ownCores } from '../machines/told-machine.ts'
import type { Entrant, Job } from '../model/job.ts'
import { type KernelAsked, kernelLabels } from '../model/kernel-asked.ts'
import type { Labels, MachineKind } from '../model/row.ts'
import type { Configuration, Workload } from '../model/workload.ts'
import { checkCount, checkDuration, checkSize } from '../options/quantities.ts'
import { lookUp, UsageError } from '../options/usage-error.ts'
import { ableTo, baselineOf, variants } from '../variants/index.ts'
import { kernelJob, smpnet } from '../variants/smpnet.ts'
import { workloads } from '../workloads/index.ts'
import { asTyped } from './as-typed.ts'
import {
  cpuBounds,
  DEFAULT_CPUS,
  DEFAULT_PROFILE,
  durationBounds,
  LIMITS,
  MEMORY,
  RUNS,
  SEED,
} from './limits.ts'

/**
 * What a job is asked to be, in numbers and words: what the command line parses to, and what
 * experiments write. What is left out has a default.
 */
export interface Asked<O extends object> {
  readonly workload: Workload<O>
  /** The workload's own options. */
  readonly own?: O
  readonly machine?: MachineKind | undefined
  readonly cpus?: number | undefined
  readonly variants?: readonly string[] | undefined
  /** Of all runs together; virtual time when simulated. */
  readonly durationMs?: number | undefined
  readonly runs?: number | undefined
  /** The share by which an interval may be wide, either way; simulated. */
  readonly width?: number | undefined
  readonly memoryBytes?: number | undefined
  readonly boot?: URL | undefined
  /** The machine to simulate. */
  readonly profile?: string | Profile | undefined
  /** The threads of it that the CPUs are. */
  readonly on?: readonly number[] | undefined
  readonly seed?: number | undefined
  readonly kernel?: KernelAsked | undefined
  /** The file that packets go to. */
  readonly capture?: string | undefined
  /** What rows say of it besides. */
  readonly labels?: Labels | undefined
  /** The name of the sweep that it is a part of. */
  readonly sweep?: string | undefined
}

/**
 * The job that is asked for. Throws a UsageError that says what cannot be, before anything starts.
 */
export function makeJob<O extends object>(asked: Asked<O>): Job {
  const { workload, kernel = {}, cpus = DEFAULT_CPUS, seed = 1, memoryBytes, boot } = asked
  const machine = machineOf(workload, asked.machine)
  const profile = machineAsked(asked.profile)
  checkCount(cpus, cpuBounds(machine, profile))
  const { durationMs = LIMITS.get(machine)!.durationMs, runs = LIMITS.get(machine)!.runs } = asked
  checkNumbers(runs, seed, memoryBytes)
  if (asked.durationMs !== undefined) checkDuration(durationMs, durationBounds(machine, runs))
  const on = asked.on ?? (machine === 'live' ? ownCores(cpus) : undefined)
  const place = { machine, cpus, profile, on, seed, kernel }
  const { detail, configurations, shown } = workload.configure(asked.own ?? ({} as O), place)
  const named = { kernel, labels: asked.labels ?? {} }
  const entrants = entrantsOf(workload, machine, configurations, asked.variants, named)
  const { channel } = workload
  const baseline = channel ? baselineOf(channel) : (entrants[0] as Entrant).name
  const of = { workload: workload as Workload, detail, entrants, baseline }
  const job = {
    ...place,
    ...of,
    durationMs,
    runs,
    width: asked.width,
    memoryBytes,
    boot,
    capture: asked.capture,
    sweep: asked.sweep,
    shown,
  }
  checkKernels(job)
  return job
}

function machineAsked(asked: string | Profile = DEFAULT_PROFILE): Profile {
  return typeof asked === 'string' ? lookUp('profile', profiles, asked) : asked
}

function checkNumbers(runs: number, seed: number, memoryBytes: number | undefined): void {
  checkCount(runs, RUNS)
  checkCount(seed, SEED)
  if (memoryBytes !== undefined) checkSize(memoryBytes, MEMORY)
}

/** The machine that a workload runs on; its first one unless told. */
export function machineOf<O extends object>(
  { name, machines }: Workload<O>,
  asked: string | undefined,
): MachineKind {
  if (asked === undefined) return machines[0] as MachineKind
  lookUp('machine', LIMITS as ReadonlyMap<string, unknown>, asked)
  const found = machines.find((machine) => machine === asked)
  if (found !== undefined) return found
  throw new UsageError(`expected --machine ${machines[0]} with ${name}, got "${asked}"`)
}

/** Each variant once, or, where only our kernel can run it, each configuration once. */
function entrantsOf<O extends object>(
  workload: Workload<O>,
  machine: MachineKind,
  configurations: readonly Configuration[],
  chosen: readonly string[] | undefined,
  { kernel, labels: swept }: { readonly kernel: KernelAsked; readonly labels: Labels },
): Entrant[] {
  const carriers = workload.channel
    ? chosenVariants(workload as Workload, machine, chosen)
    : [smpnet.name]
  if (!workload.channel && chosen !== undefined) {
    const expected = `expected --variants with a workload that has alternatives`
    throw new UsageError(`${expected}, got it with "${workload.name}"`)
  }
  return carriers.flatMap((carrier) =>
    configurations.map(({ name = carrier, labels: own, ...rest }) => {
      const labels = { ...swept, ...(carrier === smpnet.name && kernelLabels(kernel)), ...own }
      return { name, carrier, ...(Object.keys(labels).length > 0 && { labels }), ...rest }
    }),
  )
}

function chosenVariants(
  workload: Workload,
  machine: MachineKind,
  names: readonly string[] | undefined,
): string[] {
  const able = ableTo(workload, machine)
  const compared = able.filter((variant) => variant.compared).map(({ name }) => name)
  for (const name of names ?? []) {
    if (able.includes(lookUp('variant', variants, name))) continue
    const expected = `expected variants for ${workload.name} on the ${machine} machine`
    throw new UsageError(`${expected} (${compared.join(', ')}), got "${name}"`)
  }
  return [...new Set(names ?? compared)]
}

/** Every kernel that the job boots is configured here, and forgotten. */
function checkKernels(job: Job): void {
  const kernels = job.entrants.filter(({ carrier }) => carrier === smpnet.name)
  const captures = job.capture === undefined ? [] : ['capture']
  const asked = [...Object.keys(kernelLabels(job.kernel)), ...printed(job.kernel), ...captures]
  if (kernels.length === 0 && asked.length > 0) {
    const expected = `expected ${smpnet.name} among the variants, to have ${asked.join(', ')}`
    throw new UsageError(`${expected}, got ${job.entrants.map(({ name }) => name).join(', ')}`)
  }
  if (job.boot !== undefined && printed(job.kernel).length > 0) {
    const expected = `expected ${printed(job.kernel).join(', ')} of the boot that is built in`
    throw new UsageError(`${expected}, got --boot`)
  }
  if (job.capture !== undefined) checkCapture(job, kernels)
  for (const entrant of kernels) checkNeeds(job, entrant)
  for (const entrant of kernels) asTyped(job.kernel, () => kernelJob(job, entrant))
}

/** What a program needs may be more than any memory has. Throws a UsageError. */
function checkNeeds({ workload, cpus }: Job, { settings }: Entrant): void {
  const bytes = workload.kernel?.needs(settings, cpus).bytes ?? 0
  if (bytes <= MAX_MEMORY_BYTES) return
  const of = 'pairs' in workload.options ? ' of --pairs with their --buffer or --size' : ''
  throw new UsageError(
    `expected memory for ${workload.name}${of} to be at most ${MAX_MEMORY_BYTES} bytes, ` +
      `got ${bytes}`,
  )
}

/** A file is of one kernel that has a network, and of one run of a simulated one. */
function checkCapture(job: Job, kernels: readonly Entrant[]): void {
  const { workload, machine, cpus, runs } = job
  const [entrant] = kernels
  if (workload.kernel?.needs(entrant?.settings, cpus).net !== true) {
    const able = [...workloads.values()].filter(({ channel }) => channel?.over === 'datagrams')
    const names = able.map(({ name }) => name).join(', ')
    throw new UsageError(`expected --capture with ${names}, got it with "${workload.name}"`)
  }
  if (machine === 'sim' && runs > 1) {
    throw new UsageError(`expected --capture of one simulation, got --runs ${runs}`)
  }
}

function printed({ locks = {}, statistics = false, explains = false }: KernelAsked): string[] {
  const { watch = false, profile = false } = locks
  const wanted = { statistics, explain: explains, watch, 'lock profile': profile }
  return Object.entries(wanted).flatMap(([name, isWanted]) => (isWanted ? [name] : []))
}
