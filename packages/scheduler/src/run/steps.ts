import { NIL, work } from '@smpnet/memory'
import { AHEAD, BUSY, type Step } from '@smpnet/machine'
import { leftMs, PARK, PREEMPT, SETTLE, SPIN, TIMED_OUT, WOKEN, YIELD } from '@smpnet/park'
import { SLEEP, type SwitchReason, TIMED_SLEEP, TURNSTILE } from '../thread/switch-reason.ts'
import type { Thread } from '../thread/thread.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Observers } from './observers.ts'
import type { ThreadLives } from './thread-lives.ts'
import type { Wakeups } from './wakeups.ts'

/**
 * What a wait takes of the generators between a thread's body and its park: they are entered, and
 * left when it has been woken, the same way back. It has a price where code is not compiled C.
 */
const PARK_WORK = work('park')

/**
 * Runs threads, a step at a time: from one yield of the generator to the next. What it yields says
 * why it stopped, and that is all the machinery there is.
 *
 * | yields    | the thread                                  | and then                         |
 * |-----------|---------------------------------------------|----------------------------------|
 * | `SETTLE`  | has run ahead of simulated time             | goes on when that has caught up  |
 * | `SPIN`    | looks in vain for what another may give     | goes on, after its equals        |
 * | `PARK`    | waits for a wake, or until its time is over | leaves, unless woken already     |
 * | `PREEMPT` | found a more urgent thread here             | gives way if it may be preempted |
 * | `YIELD`   | lets its equals run                         | is queued behind them            |
 *
 * A thread that returns or throws has ended. Nothing that a step decides is carried out on queues
 * before the next step begins: see `Dispatcher`.
 */
export class Steps {
  #spins = 0

  constructor(
    readonly dispatcher: Dispatcher,
    readonly wakeups: Wakeups,
    readonly lives: ThreadLives,
    readonly observers: Observers,
  ) {}

  /** Runs a step of the current thread. */
  take(td: Thread): Step {
    const { dispatcher } = this
    dispatcher.isRunning = true
    if (this.observers.hearSteps) this.observers.stepped(td)
    try {
      const step = td.body.next(td.outcome)
      if (!step.done) return this.#yielded(td, step.value)
      this.lives.ends(td, 'returned', step.value)
    } catch (error) {
      this.lives.ends(td, 'threw', error)
    } finally {
      dispatcher.isRunning = false
    }
    return BUSY
  }

  #yielded(td: Thread, why: number): Step {
    if (why !== SPIN) this.#spins = 0
    switch (why) {
      case SETTLE:
        return AHEAD
      case SPIN:
        return this.#spun(td)
      case PARK:
        return this.#park(td)
      case PREEMPT:
        return BUSY
      case YIELD:
        if (td.critical > 0) throw inSection(td, 'gives its turn away')
        td.outcome = WOKEN
        this.dispatcher.owed.relinquish()
        return BUSY
      default:
        throw noStep(td, why)
    }
  }

  #park(td: Thread): Step {
    if (td.critical > 0) throw inSection(td, 'waits')
    if (td.wakePending) {
      td.wakePending = false
      td.outcome = WOKEN
      return BUSY
    }
    td.parked = true
    this.dispatcher.memory.charge(PARK_WORK, 1)
    if (td.limit.deadlineMs !== Number.POSITIVE_INFINITY) this.#setAlarm(td)
    if (td.blockedOn !== NIL) this.observers.blocked(td, td.blockedOn, td.blockedBy)
    this.dispatcher.leave(td, reasonToWait(td))
    return BUSY
  }

  #setAlarm(td: Thread): void {
    const { wakeups } = this
    const ring = (): void => void wakeups.makeReady(td, TIMED_OUT, 'woken')
    td.alarm = wakeups.cpu.alarm(Math.round(leftMs(td, td.limit) * 1e6), ring)
  }

  /** The holder of what is spun for may be a thread of this CPU: its equals get a turn first. */
  #spun(td: Thread): Step {
    td.outcome = WOKEN
    this.dispatcher.hasSpun()
    const { memory } = this.dispatcher
    // A simulated CPU pauses as a real one does, once; a live one has to spare its host.
    if (this.wakeups.isAlone()) memory.pause(memory.isSimulated ? 0 : this.#spins++)
    return BUSY
  }
}

function reasonToWait(td: Thread): SwitchReason {
  if (td.blockedOn !== NIL) return TURNSTILE
  return td.limit.deadlineMs === Number.POSITIVE_INFINITY ? SLEEP : TIMED_SLEEP
}

function inSection(td: Thread, does: string): Error {
  return new Error(`thread ${td.name} ${does} in a critical section`)
}

function noStep(td: Thread, why: number): TypeError {
  return new TypeError(
    `a thread yields SPIN, SETTLE, PARK, PREEMPT or YIELD: ${td.name} yielded ${why}`,
  )
}
