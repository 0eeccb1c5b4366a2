import type { Thread, ThreadOptions } from '@smpnet/scheduler'
import type { Host, Program } from '@smpnet/stack'
import type { Waiting } from '@smpnet/park'
import type { KernelSlice } from './kernel-slice.ts'

/**
 * What a workload does in threads of our kernel, on either machine: a program whose threads are
 * measured. `S` is what its options come to and `A` what all CPUs share; both can be cloned.
 */
export interface KernelProgram<S = unknown, A = unknown>
  extends Omit<Program<S, A>, 'start' | 'counters'> {
  /** How many clients of all CPUs report each slice. */
  clients(settings: S, cpus: number): number
  /** Starts the threads of one CPU. */
  start(settings: S, shared: A, host: KernelHost): void
  /** Virtual ns that a slice may take that ends by itself, however long others are to last. */
  mostNs?(settings: S): number
}

/** One CPU, for the threads that a program starts on it. */
export interface KernelHost extends Host {
  /**
   * Starts a thread that runs `slice` again and again, as the machine's pace says. One that is the
   * only one of its CPU by the workload's definition is pinned there.
   */
  client(name: string, slice: SliceBody, options?: ClientOptions): void
}

/** Of a client's thread, and what it does before its first slice: that is not measured. */
export interface ClientOptions extends ThreadOptions {
  readonly prepare?: (td: Thread) => Waiting
}

/** Runs one slice and returns what it counts. */
export type SliceBody = (td: Thread, slice: KernelSlice) => Waiting<number>
