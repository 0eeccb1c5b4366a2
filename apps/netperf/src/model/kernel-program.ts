import type { Arena } from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'
import type { Scheduler, SchedulerOptions, Thread } from '@smpnet/scheduler'
import type { Lot, Waiting } from '@smpnet/sync'
import type { KernelSlice } from './kernel-slice.ts'

/**
 * What a workload does in threads of our kernel; the same code on the live and the simulated
 * machine. `S` is what the command line comes to and `A` what all CPUs share; both can be cloned.
 */
export interface KernelProgram<S = unknown, A = unknown> {
  needs(settings: S, cpus: number): Needs
  /** Places what CPUs share, once, before any boots. */
  place(settings: S, site: Site): A
  /** How many clients of all CPUs report each slice. */
  clients(settings: S, cpus: number): number
  /** Starts the threads of one CPU. */
  start(settings: S, shared: A, host: KernelHost): void
  /** How the CPUs schedule; as the scheduler does by itself when absent. */
  scheduling?(settings: S, shared: A, cpu: Cpu): SchedulerOptions
  /** Virtual ns that a slice may take that ends by itself, however long others are to last. */
  mostNs?(settings: S): number
  /** Prices of the simulated machine that are not the profile's, in ns by name of the work. */
  prices?(settings: S): Readonly<Record<string, number>>
}

/** What a program takes of the kernel's memory and tables. */
export interface Needs {
  readonly bytes: number
  /** Threads that exist at once, on all CPUs. */
  readonly threads: number
}

/** Where a program places what its CPUs share. */
export interface Site {
  readonly arena: Arena
  readonly lot: Lot
  readonly cpus: number
}

/** One CPU, for the threads that a program starts on it. */
export interface KernelHost {
  readonly cpu: Cpu
  readonly scheduler: Scheduler
  /** Seed of this run. */
  readonly seed: number
  /** Starts a thread that runs `slice` again and again, as the machine's pace says. */
  client(name: string, slice: SliceBody): void
}

/** Runs one slice and returns what it counts. */
export type SliceBody = (td: Thread, slice: KernelSlice) => Waiting<number>
