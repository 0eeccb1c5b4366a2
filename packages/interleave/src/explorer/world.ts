import { stepsOf } from '../runtime/agent.ts'
import { type Allocations, AllocationsOf } from '../allocations/allocations.ts'
import { type History, HistoryOf, type Specification } from '../model/history.ts'
import { describe, isAssertion } from '../engine/failure.ts'
import type { Burial, Dead } from '../engine/deaths.ts'
import type { Execution } from '../engine/execution.ts'

export interface ThreadOptions {
  /**
   * Whether it is one of those that may die, if the options of the exploration say that any does;
   * true unless said otherwise. What a thread starts is as mortal as that thread.
   */
  readonly mortal?: boolean
}

/** What a program is made of; `setup` is given one for each execution and fills it. */
export interface World {
  /** Adds a thread that runs `body`, a function or generator function of a compiled module. */
  readonly thread: (name: string, body: () => unknown, options?: ThreadOptions) => void
  /**
   * Adds a burial: what is to be done when a thread has died, as steps of a thread of its own that
   * begins with the death. It is told which thread that was.
   */
  readonly onDeath: (burial: (dead: Dead) => unknown) => void
  /**
   * Accepts an end: asked when no thread can go on and some have not ended. If it says yes, that is
   * no failure, and the checks of the final state are left out.
   */
  readonly acceptsStuck: (isAccepted: () => boolean) => void
  /** Adds a check of the final state, made when all threads have ended. It throws if it fails. */
  readonly after: (check: () => void) => void
  /**
   * Adds a count of what is allocated. It is asked after `setup` and again at the end, and a
   * difference is a leak.
   */
  readonly leaks: (name: string, count: () => number) => void
  /**
   * Adds what an allocator gives out, item by item: what is not freed at the end is a leak, which
   * is reported with the thread that allocated it and the place; so is what is freed twice or used
   * when it is free.
   */
  readonly allocations: (name: string) => Allocations
  /**
   * Records calls and checks, when all threads have ended, that they are linearizable: that some
   * order of them is what `Class`, used by one thread, does too.
   */
  readonly history: <T extends object>(Class: Specification<T>) => History<T>
}

interface Count {
  readonly name: string
  readonly count: () => number
  before: number
}

/** A setup has added no thread: what was given is no program. */
export class NoThreads extends TypeError {}

/**
 * The world of one execution: what `setup` asked for, kept until it has returned, because threads
 * run to their first step when they are started, and must find all of the program then. Checks,
 * ledgers and counts come last, in this order, and only if all threads have ended: of a program
 * that is stuck they would report what has not happened yet.
 */
export class WorldOf implements World {
  readonly #threads: {
    name: string
    steps: Generator<unknown, unknown, unknown>
    isMortal: boolean
  }[] = []
  readonly #burials: Burial[] = []
  readonly #accepted: (() => boolean)[] = []
  readonly #checks: ((execution: Execution) => void)[] = []
  readonly #counts: Count[] = []
  readonly #allocations: AllocationsOf[] = []
  #histories = 0

  readonly thread = (name: string, body: () => unknown, options: ThreadOptions = {}): void => {
    const isMortal = options.mortal ?? true
    this.#threads.push({ name, steps: stepsOf(name, body, []), isMortal })
  }

  readonly onDeath = (burial: Burial): void => {
    this.#burials.push(burial)
  }

  readonly acceptsStuck = (isAccepted: () => boolean): void => {
    this.#accepted.push(isAccepted)
  }

  readonly after = (check: () => void): void => {
    this.#checks.push((execution) => {
      try {
        check()
      } catch (error) {
        const kind = isAssertion(error) ? 'assertion' : 'exception'
        execution.fail({ kind, message: describe(error), thread: undefined, place: 0, error })
      }
    })
  }

  readonly leaks = (name: string, count: () => number): void => {
    this.#counts.push({ name, count, before: 0 })
  }

  readonly allocations = (name: string): Allocations => {
    const allocations = new AllocationsOf(name, this.#allocations.length)
    this.#allocations.push(allocations)
    return allocations
  }

  readonly history = <T extends object>(Class: Specification<T>): History<T> => {
    const history = new HistoryOf(Class, this.#histories++)
    this.#checks.push((execution) => history.check(execution))
    return history
  }

  /** Says which threads may die, before a strategy chooses among them. */
  announce({ persistent }: Execution): void {
    this.#threads.forEach(({ isMortal }, i) => {
      if (isMortal) persistent.mortals.add(`${i}`)
    })
  }

  /** Starts the threads, once `setup` has returned. */
  start(execution: Execution): void {
    if (this.#threads.length === 0) {
      throw new NoThreads('expected `setup` to add threads, got none')
    }
    for (const entry of this.#counts) entry.before = entry.count()
    for (const { ledger } of this.#allocations) ledger.start(execution)
    execution.deaths.burials.push(...this.#burials)
    execution.accepted.push(...this.#accepted)
    for (const { name, steps, isMortal } of this.#threads) {
      execution.start(name, steps, { isMortal })
    }
    execution.deaths.follow()
  }

  /** Makes the final checks, when all threads have ended. */
  finish(execution: Execution): void {
    for (const check of this.#checks) check(execution)
    for (const { ledger } of this.#allocations) ledger.finish()
    for (const { name, count, before } of this.#counts) {
      const left = count() - before
      if (left === 0) continue
      const message = `${name}: ${left} more in use at the end than at the start`
      execution.fail({ kind: 'leak', message, thread: undefined, place: 0 })
    }
  }
}
