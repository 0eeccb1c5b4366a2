import type { Address } from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'

/** The scheduler that a thread is with, as the thread, a `Td`, knows it. */
export interface ThreadHost<Td> {
  readonly cpu: Cpu
  /** Whether no other thread of its CPU is runnable. */
  isAlone(): boolean
  /** Whether the current thread would be preempted here and now. */
  owesPreemption(): boolean
  /** `td` is to be woken: if it has only just parked here, the policy is told now. */
  finishSwitch(td: Td): void
  /** How urgent `td`, which is with this scheduler, is has changed by what it is lent. */
  lend(td: Td): void
  /** What lends priority along the locks that threads sleep for. */
  readonly turnstiles: LockLoans
}

/** What a thread says of the locks that it sleeps for and exits; `Turnstiles` acts on it. */
export interface LockLoans {
  block(td: Address, own: number, lock: Address, owner: Address): void
  unblock(td: Address): void
  pass(lock: Address, from: Address, heir: Address): void
}
