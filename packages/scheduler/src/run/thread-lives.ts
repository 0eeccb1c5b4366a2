import { work } from '@smpnet/memory'
import { WOKEN } from '@smpnet/park'
import type { SchedulingPolicy } from '../policy/policy.ts'
import { checkNice, checkPriority, Priority } from '../thread/priority.ts'
import { RELINQUISH } from '../thread/switch-reason.ts'
import { type Body, Thread } from '../thread/thread.ts'
import type { ThreadOptions } from '../thread/thread-options.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Observers } from './observers.ts'
import type { Wakeups } from './wakeups.ts'

const THREAD_START = work('thread-start')

/** How a thread ended. */
interface End {
  readonly td: Thread
  readonly state: 'returned' | 'threw'
  readonly result: unknown
}

/**
 * Begins and ends the threads of a CPU. A thread has an entry of the lot, by which locks and wakers
 * know it, from before its first step until after its last.
 *
 * The end of a thread is written down when its generator returns or throws, and carried out at the
 * beginning of the next step, which is settled: observers are told, its joiners are woken, and its
 * entry is given back. Only a thread that threw and that no other joins keeps its entry, since the
 * machine fails with its error: an undertaker of this CPU must find the entry, which locks may
 * name.
 */
export class ThreadLives {
  #end: End | undefined
  #started = 0

  constructor(
    readonly policy: SchedulingPolicy,
    readonly dispatcher: Dispatcher,
    readonly wakeups: Wakeups,
    readonly observers: Observers,
  ) {}

  /** Starts a thread on this CPU. Throws a RangeError for a bad priority or a full lot. */
  spawn<T>(body: Body<T>, options: ThreadOptions = {}): Thread<T> {
    const { cpu, turnstiles } = this.wakeups
    const { priority = Priority.user, name = `thread ${cpu.id}.${this.#started}` } = options
    const { nice = 0, pinned = false } = options
    checkPriority(priority)
    checkNice(nice)
    const entry = cpu.lot.claimEntry(cpu.id)
    const thread = new Thread(this.wakeups, entry, name, priority, body, nice, pinned)
    const td = thread as Thread
    this.#started++
    cpu.memory.charge(THREAD_START, 1)
    turnstiles.reset(td.at)
    this.dispatcher.urgency.enter(td)
    this.policy.table.add(td)
    this.#announce(td)
    this.policy.admit(td, this.dispatcher.current)
    this.wakeups.makeReady(td, WOKEN, 'spawned')
    return thread
  }

  /** The current thread has returned or thrown in this step. */
  ends(td: Thread, state: 'returned' | 'threw', result: unknown): void {
    this.dispatcher.leave(td, RELINQUISH)
    this.#end = { td, state, result }
  }

  /** Carries out what it means that a thread has left its CPU, which parked or ended. */
  finish(leaving: Thread): void {
    this.dispatcher.finishSwitch(leaving)
    if (this.#end !== undefined) this.#finishLife(this.#end)
  }

  #finishLife({ td, state, result }: End): void {
    const { cpu, turnstiles } = this.wakeups
    this.#end = undefined
    this.policy.table.remove(td)
    const isError = state === 'threw'
    this.observers.ended(td, isError)
    turnstiles.reset(td.at)
    const joiners = td.end(state, result)
    for (const joiner of joiners) cpu.lot.waker.wake(joiner.at)
    if (isError && joiners.length === 0) cpu.fail(result)
    else cpu.lot.releaseEntry(td.at)
  }

  /** An observer that cannot take another thread throws: then there is none. */
  #announce(td: Thread): void {
    try {
      this.observers.started(td)
    } catch (error) {
      this.policy.table.remove(td)
      this.wakeups.cpu.lot.releaseEntry(td.at)
      throw error
    }
  }
}
