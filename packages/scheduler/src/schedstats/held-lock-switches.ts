import type { Address } from '@smpnet/memory'
import { HANDED_OFF, OWED, PREEMPTED, REMOTE, type SwitchReason } from '../thread/switch-reason.ts'
import type { Thread } from '../thread/thread.ts'

/**
 * Finds switches straight into a held lock: a thread takes the CPU of another one by preemption,
 * and sleeps for a lock of the thread that it preempted before that has run again. Two switches
 * are lost then. A thread that sleeps for a lock of any other thread is not
 * meant, be that preempted, too.
 *
 * The CPUs of an isolate have one of these, as a preempted thread may go on elsewhere.
 */
export class HeldLockSwitches {
  /** By the entries of threads that were preempted and have not run since: for which thread. */
  readonly #preempted = new Map<Address, Thread>()

  switched(to: Thread | undefined, from: Thread | undefined, why: SwitchReason): void {
    if (to === undefined) return
    this.#preempted.delete(to.at)
    if (from !== undefined && isPreemption(why)) this.#preempted.set(from.at, to)
  }

  /** Whether this is the end of such a switch. */
  isHit(td: Thread, owner: Address): boolean {
    return this.#preempted.get(owner) === td
  }
}

function isPreemption(why: SwitchReason): boolean {
  return why === PREEMPTED || why === OWED || why === REMOTE || why === HANDED_OFF
}
