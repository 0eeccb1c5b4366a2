import type { Cause, PolicyHost, SchedulingPolicy } from './policy.ts'
import { RunQueue } from './run-queue.ts'
import type { Thread } from '../thread/thread.ts'
import { ThreadTable } from '../thread/thread-table.ts'

/**
 * The plain policy: always a thread of the most urgent of this CPU, round robin among equals.
 * Priorities are what threads were spawned with, whatever they use; no thread moves.
 */
export class PriorityPolicy implements SchedulingPolicy {
  readonly name = 'priority'
  readonly isShared = false
  readonly table = new ThreadTable()
  readonly #queue = new RunQueue()

  bind(_host: PolicyHost): void {}

  admit(_td: Thread): void {}

  add(td: Thread, cause: Cause): boolean {
    td.isQueued = true
    if (cause === 'interrupted') this.#queue.prepend(td)
    else this.#queue.append(td)
    return true
  }

  choose(): Thread | undefined {
    const td = this.#queue.take()
    if (td !== undefined) td.isQueued = false
    return td
  }

  claim(td: Thread): boolean {
    if (!td.isQueued) return false
    td.isQueued = false
    this.#queue.remove(td)
    return true
  }

  sleep(_td: Thread): void {}

  rivals(td: Thread): boolean {
    return this.#queue.rivals(td)
  }

  get queued(): number {
    return this.#queue.length
  }

  tick(current: Thread | undefined): boolean {
    return current !== undefined && this.#queue.rivals(current)
  }

  lend(td: Thread): void {
    if (td.isQueued) this.#queue.requeue(td, () => td.reckonPriority())
    else td.reckonPriority()
  }

  sysctl(): Readonly<Record<string, number | string>> {
    return { 'kern.sched.name': this.name }
  }
}
