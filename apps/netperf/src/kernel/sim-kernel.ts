import type { Boot } from '@smpnet/machine'
import { type SimOptions, SimMachine, type SimSetup } from '@smpnet/machine/sim'
import { Lot, type Waker } from '@smpnet/sync'
import type { ClientReport, KernelArgs } from './kernel-args.ts'
import {
  clientsOf,
  lotShapeOf,
  memoryBytesOf,
  placeKernel,
  programOf,
  sliceResult,
  type KernelJob,
} from './kernel-memory.ts'
import type { KernelSliceResult } from '../model/kernel-slice.ts'

/** What a simulated job is, as far as its worker needs it; it can be cloned. */
export interface SimJob extends KernelJob {
  readonly profile: string
  /** Virtual nanoseconds after which the clients end. */
  readonly durationNs: number
}

/** What one simulated machine came to. */
export interface SimRun {
  readonly slice: KernelSliceResult
  /** Events that the simulator processed. */
  readonly events: number
}

/** Virtual time in which the clients have to end after their alarm: enough for any last message. */
const GRACE_NS = 1e9

/** Wakes nobody: while the machine is set up nobody waits. */
const NOBODY: Waker = { wake: () => false }

/**
 * Simulates one machine until all clients have reported. Throws a RangeError for a profile or CPUs
 * that cannot be, and an Error for clients that do not end.
 */
export function simulateKernel(job: SimJob, boot: Boot<KernelArgs>): SimRun {
  const reports: ClientReport[] = []
  const clients = clientsOf(job)
  const machine = new SimMachine(
    optionsOf(job, boot, (report) => {
      if (reports.push(report) === clients) machine.stop()
    }),
  )
  while (machine.run(Number.MAX_SAFE_INTEGER) === undefined);
  if (reports.length < clients) {
    throw new Error(`expected reports of ${clients} clients, got ${reports.length}`)
  }
  return { slice: sliceResult(reports), events: machine.result().events }
}

function optionsOf(
  job: SimJob,
  boot: Boot<KernelArgs>,
  onReport: (report: ClientReport) => void,
): SimOptions<KernelArgs> {
  const { profile, cpus, seed, durationNs, settings } = job
  const program = programOf(job)
  const workNs = program.prices?.(settings)
  const mostNs = Math.max(durationNs, program.mostNs?.(settings) ?? 0)
  return {
    profile,
    cpus,
    seed,
    boot,
    memoryBytes: memoryBytesOf(job),
    lot: { ...lotShapeOf(job), threads: 0 },
    untilNs: mostNs + GRACE_NS,
    ...(workNs && { workNs }),
    setup: ({ arena, lot }: SimSetup) => {
      const place = new Lot(arena.memory, lot, NOBODY, 0)
      return placeKernel(job, arena, place, { kind: 'alarm', durationNs })
    },
    onReport: ({ value }) => onReport(value as ClientReport),
  }
}
