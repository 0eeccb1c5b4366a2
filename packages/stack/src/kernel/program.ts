import type { Cpu } from '@smpnet/machine'
import type { Arena } from '@smpnet/memory'
import type { Scheduler } from '@smpnet/scheduler'
import type { Lot } from '@smpnet/park'
import type { HostCounters } from '../clock/kernel-clock.ts'
import type { Net } from '../net/net.ts'
import type { LockMaker } from '../locks/lock-maker.ts'

/**
 * What runs in the threads of a kernel; the same code on the live and the simulated machine. `S` is
 * what it is told and `A` what all CPUs share; both can be cloned.
 */
export interface Program<S = unknown, A = unknown> {
  needs(settings: S, cpus: number): Needs
  /** Places what CPUs share, once, before any boots. */
  place(settings: S, site: Site): A
  /** Starts the threads of one CPU. */
  start(settings: S, shared: A, host: Host): void
  /** Prices of the simulated machine that are not the profile's, in ns by name of the work. */
  prices?(settings: S): Readonly<Record<string, number>>
  /** Counters of the host that a live machine may keep time by. */
  readonly counters?: HostCounters
}

/** What a program takes of the kernel's memory and tables. */
export interface Needs {
  readonly bytes: number
  /** Threads that exist at once, on all CPUs. */
  readonly threads: number
  /** Whether they use the network; false unless told. */
  readonly net?: boolean
}

/** Where a program places what its CPUs share. */
export interface Site {
  readonly arena: Arena
  readonly lot: Lot
  readonly cpus: number
}

/** One CPU, for the threads that a program starts on it. */
export interface Host {
  readonly cpu: Cpu
  readonly scheduler: Scheduler
  /** The machine's seed, for chance of the program's own. */
  readonly seed: number
  /** Makes the locks of the program's threads into what the configuration asks for. */
  readonly locks: LockMaker
  /** The network, if the program needs one. */
  readonly net?: Net | undefined
}
