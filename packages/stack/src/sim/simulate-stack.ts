import { expectRun } from '../kernel/expect-run.ts'
import type { Boot } from '@smpnet/machine'
import {
  profileOf,
  SimMachine,
  type SimResult,
  type SimSetup,
  type SimUsage,
} from '@smpnet/machine/sim'
import { Lot, type Waker } from '@smpnet/park'
import type { StackConfig } from '../config/stack-config.ts'
import { bootOf } from '../kernel/boot.ts'
import { Isolate } from '../kernel/isolate.ts'
import type { KernelArgs } from '../kernel/kernel-args.ts'
import { memoryBytesOf, placeKernel, pricesOf, waitersOf } from '../kernel/placing.ts'
import { CaptureReader } from '../net/links/capture/capture-reader.ts'
import type { Program } from '../kernel/program.ts'
import type { CountedSoFar, MachineStatistics, StackStatistics } from '../kernel/statistics.ts'

export interface SimRunOptions<S, A> {
  readonly settings: S
  /** Virtual time ends here, if not before. */
  readonly untilNs: number
  /** Bytes that are kept of what links capture; no bound unless told. */
  readonly mostCaptured?: number
  /** Sets the CPUs up in the place of `bootOf(program)`. */
  readonly boot?: Boot<KernelArgs<S, A>>
  /**
   * Receives what CPUs report; `stop` ends the simulation there, and `counted` says what has been
   * counted so far, which takes no virtual time.
   */
  readonly onReport?: (value: unknown, stop: () => void, counted: () => CountedSoFar) => void
}

/** What one simulated kernel came to. */
export interface SimRun {
  readonly result: SimResult
  readonly statistics: StackStatistics
  /** What links have captured; none where the configuration has no capture. */
  readonly capture?: CaptureReader
}

/**
 * FreeBSD's sleep queues have 256 chains (SC_TABLESIZE) and its turnstiles 128. The lot is both, so
 * that it has what the wider one has: what shares a chain by accident must not grow with CPUs.
 */
const CHAINS = 256

/** Wakes nobody: while the machine is set up nobody waits. */
const NOBODY: Waker = { wake: () => false }

/**
 * Runs a program on a simulated machine until its time is over, nothing can happen any more or it
 * is stopped. Same arguments, same result. Throws a RangeError for a configuration of a live
 * machine, and what code on a CPU throws.
 */
export function simulateStack<S, A>(
  config: StackConfig,
  program: Program<S, A>,
  options: SimRunOptions<S, A>,
): SimRun {
  expectRun(config, program, options)
  const { machine: of } = config
  if (of.kind !== 'sim') throw new RangeError(`machine.kind: expected sim, came ${of.kind}`)
  const { settings, untilNs, onReport } = options
  const hz = of.hz ?? hzOf(config)
  const cyclesPerNs = profileOf(of.profile).clockMhz.value / 1000
  let args: KernelArgs<S, A> | undefined
  const stop = (): void => machine.stop()
  const counted = (): CountedSoFar => ({
    cpus: Isolate.of(args!).schedulers.map((scheduler) => scheduler.statistics()),
    machine: machineStatistics(machine.usage(), cyclesPerNs),
  })
  const machine = new SimMachine<KernelArgs<S, A>>({
    profile: of.profile,
    cpus: of.cpus,
    ...(of.on !== undefined && { on: of.on }),
    seed: of.seed,
    boot: options.boot ?? bootOf(program),
    memoryBytes: memoryBytesOf(config, program, settings),
    lot: { waiters: waitersOf(config, program, settings), threads: 0, buckets: CHAINS },
    ...(hz !== undefined && { hz }),
    ...(of.idleSpinNs !== undefined && { idleSpinNs: of.idleSpinNs }),
    untilNs,
    workNs: pricesOf(config, program, settings),
    setup: ({ arena, lot }: SimSetup) => {
      const place = { arena, lot: new Lot(arena.memory, lot, NOBODY, 0) }
      return (args = placeKernel(config, program, settings, place))
    },
    ...(onReport && { onReport: ({ value }) => onReport(value, stop, counted) }),
  })
  const isolate = Isolate.of(args!)
  const capture = isolate.captures && new CaptureReader(isolate.captures, options.mostCaptured)
  isolate.captures?.drainBy(() => capture!.collect())
  while (machine.run(Number.MAX_SAFE_INTEGER) === undefined);
  const result = machine.result()
  capture?.collect()
  const network = isolate.networkCounters()
  const statistics = {
    cpus: isolate.statistics(),
    machine: machineStatistics(result, cyclesPerNs),
  }
  const whole = { ...statistics, ...(network && { network }) }
  return { result, statistics: whole, ...(capture && { capture }) }
}

/** What kern.hz was set to, by which a scheduler counts too. */
function hzOf({ scheduler }: StackConfig): number | undefined {
  return 'knobs' in scheduler ? scheduler.knobs.hz : undefined
}

function machineStatistics(
  { statistics, lines, cpus }: SimUsage,
  cyclesPerNs: number,
): MachineStatistics {
  const work: Record<string, number> = {}
  for (const { workCycles } of cpus) {
    for (const [name, cycles] of Object.entries(workCycles)) {
      work[name] = (work[name] ?? 0) + cycles
    }
  }
  return {
    ...statistics,
    ...lines,
    work,
    cyclesPerNs,
    cpus: cpus.map(({ workCycles: _named, ...cycles }) => cycles),
  }
}
