import type { Address } from '@smpnet/memory'
import type { StackConfig } from '../config/stack-config.ts'
import type { NetHandle } from '../net/net-handle.ts'
import type { KernelClockHandle } from '../clock/kernel-clock.ts'

/** What every CPU of a kernel is booted with; it can be cloned. */
export interface KernelArgs<S = unknown, A = unknown> {
  readonly config: StackConfig
  readonly settings: S
  /** What the program has placed for all CPUs. */
  readonly shared: A
  readonly system: SystemHandle
}

/** What the kernel itself has placed, as far as the configuration asks for it. */
export interface SystemHandle {
  /** What time is kept by, for the billing of threads. */
  readonly clock?: KernelClockHandle
  /** Where the order of locks is learnt. */
  readonly witness?: Address
  /** The gate that is opened each time that a live machine is asked for its statistics. */
  readonly inquiry?: Address
  /** The network, if the program needs one. */
  readonly net?: NetHandle
}
