import { usageError } from '../suite/bench-error.ts'
import { DrivenRunner } from './driven-runner.ts'
import { PlainRunner } from './plain-runner.ts'
import { patienceMs } from '../suite/patience.ts'
import type { SliceResult, SliceSpec } from '../suite/slice.ts'
import { Team } from '../team/team.ts'
import type { Runner, Suite, Variant } from '../suite/variant.ts'

/** How long and how often to measure. */
export interface MeasureOptions {
  /** Slices per variant; 10 by default. */
  readonly rounds?: number
  /** Length of a slice in milliseconds, 100 by default; ignored when `count` is given. */
  readonly sliceMs?: number
  /** Operations per thread and slice, instead of a length. */
  readonly count?: number
  /** Length of the one slice per variant that is not counted; a whole slice by default. */
  readonly warmupMs?: number
  /**
   * Warms a variant up with further slices, for so long at most, as long as each is a tenth faster
   * than the ones before: compiled code comes late where all cores are busy. None unless told.
   */
  readonly warmupMostMs?: number
  /** How long a thread may take to start, or to end a slice after its time; `patienceMs` of all. */
  readonly watchdogMs?: number
  /** Only these variants. */
  readonly only?: readonly string[]
  /** Aborting ends the measurement early; what was measured is still reported. */
  readonly signal?: AbortSignal
  readonly onSlice?: (progress: SliceProgress) => void
}

/** Sent after every slice, warm-up included. */
export interface SliceProgress {
  readonly variant: string
  /** 0 is the warm-up. */
  readonly round: number
  readonly done: number
  readonly total: number
}

/** The counted slices of each variant, oldest first. */
export interface Measurement {
  readonly slices: ReadonlyMap<string, readonly SliceResult[]>
  /** True when the signal ended it before all rounds were done. */
  readonly interrupted: boolean
}

/**
 * Runs the variants of a suite in interleaved slices: every round runs each variant once, and the
 * order turns by one from round to round, so that no variant always runs behind the same other.
 * What disturbs the host for a while then disturbs all variants alike, and a variant's ratio to the
 * baseline of its round is steadier than its figure. All variants are started before the first
 * round and stopped at the end, whatever ends it; the first round is the warm-up and is not
 * counted. Rejects with a `BenchError` when a variant fails; whatever was started is stopped first.
 */
export async function measure(suite: Suite, options: MeasureOptions = {}): Promise<Measurement> {
  const names = chosen(suite, options.only)
  const runners = new Map<string, Runner>()
  const slices = new Map<string, SliceResult[]>(names.map((name) => [name, []]))
  const stopAll = () => Promise.all([...runners.values()].map((runner) => runner.stop()))
  const onAbort = () => void stopAll()
  options.signal?.addEventListener('abort', onAbort)
  try {
    for (const name of names) {
      if (options.signal?.aborted) break
      const starting = startRunner(name, suite.variants[name] as Variant, options.watchdogMs)
      const runner = await unlessAborted(starting, options.signal)
      if (runner) runners.set(name, runner)
    }
    await runRounds(runners, slices, options)
  } catch (error) {
    if (!options.signal?.aborted) throw error
  } finally {
    options.signal?.removeEventListener('abort', onAbort)
    await stopAll()
  }
  return { slices, interrupted: options.signal?.aborted ?? false }
}

async function runRounds(
  runners: ReadonlyMap<string, Runner>,
  slices: ReadonlyMap<string, SliceResult[]>,
  options: MeasureOptions,
): Promise<void> {
  const names = [...runners.keys()]
  const rounds = options.rounds ?? 10
  const spec = sliceSpec(options)
  const total = names.length * (rounds + 1)
  let done = 0
  for (let round = 0; round <= rounds; round++) {
    for (const variant of turned(names, round)) {
      if (options.signal?.aborted) return
      const runner = runners.get(variant) as Runner
      if (round === 0) await warmUp(runner, spec, options)
      else slices.get(variant)?.push(await runner.slice(spec))
      options.onSlice?.({ variant, round, done: ++done, total })
    }
  }
}

/** By how much a slice has to be faster than all before it for another one to follow. */
const WARMER = 1.1

async function warmUp(runner: Runner, spec: SliceSpec, options: MeasureOptions): Promise<void> {
  const { warmupMs = spec.ms, warmupMostMs = 0, signal } = options
  let best = 0
  for (let passedMs = 0; ; passedMs += warmupMs) {
    if (signal?.aborted === true) return
    const { count, ns } = await runner.slice({ ...spec, ms: warmupMs })
    if (count / ns < best * WARMER || passedMs + 2 * warmupMs > warmupMostMs) return
    best = Math.max(best, count / ns)
  }
}

function sliceSpec(options: MeasureOptions): SliceSpec {
  const ms = options.sliceMs ?? 100
  return options.count === undefined ? { ms } : { ms, count: options.count }
}

/** What starts while the signal aborts is stopped as soon as it has started. */
function unlessAborted(
  starting: Promise<Runner>,
  signal: AbortSignal | undefined,
): Promise<Runner | undefined> {
  if (signal === undefined) return starting
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      starting.then((runner) => runner.stop()).catch(() => undefined)
      resolve(undefined)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    const settled = () => signal.removeEventListener('abort', onAbort)
    starting.finally(settled).then(resolve, reject)
  })
}

async function startRunner(
  name: string,
  variant: Variant,
  watchdogMs = patienceMs(),
): Promise<Runner> {
  if (typeof variant === 'function') return new PlainRunner(variant)
  if ('threads' in variant) {
    const { threads } = variant
    return Team.start(name, typeof threads === 'function' ? threads() : threads, watchdogMs)
  }
  return DrivenRunner.start(name, variant, watchdogMs)
}

function chosen(suite: Suite, only: readonly string[] | undefined): readonly string[] {
  const names = Object.keys(suite.variants)
  for (const name of only ?? []) {
    if (names.includes(name)) continue
    throw usageError(`expected a variant of ${suite.name} (${names.join(', ')}), got "${name}"`)
  }
  const kept = only === undefined ? names : names.filter((name) => only.includes(name))
  if (kept.length > 0) return kept
  throw usageError(`expected at least one variant in ${suite.name}, got none`)
}

function turned(names: readonly string[], by: number): string[] {
  const first = by % names.length
  return [...names.slice(first), ...names.slice(0, first)]
}
