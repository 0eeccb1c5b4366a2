import type { Address, Interrupt } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'

/**
 * What callouts run: the same functions, in the same order, on every CPU. A plain function runs in
 * the interrupt in which its callout is due, as FreeBSD's C_DIRECT_EXEC; one that may wait, made by
 * `inThread`, runs in the softclock thread of the CPU.
 */
export type CalloutFunction = DirectFunction | ThreadFunction

export type DirectFunction = (argument: number, callout: Address, irq: Interrupt) => void

export interface ThreadFunction {
  readonly inThread: (argument: number, callout: Address, td: Waiter) => Waiting
}

/** A function of callouts that may wait. */
export function inThread(run: ThreadFunction['inThread']): ThreadFunction {
  return { inThread: run }
}
