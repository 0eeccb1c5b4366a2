import { stepsOf } from '../runtime/agent.ts'
import { OP, type Operation } from '../runtime/operation.ts'
import { STEP, state } from '../runtime/state.ts'
import { type Core, outcome, type Outcome, type WorkerScope } from './core.ts'
import type { Event } from './event.ts'
import { SPACE } from './objects.ts'
import type { Thread } from './thread.ts'

/** A thread that has died, as who buries it is told. */
export interface Dead {
  readonly name: string
  /** Its place among the threads of the setup, from 0; -1 for one that a thread started. */
  readonly number: number
}

export type Burial = (dead: Dead) => unknown

/**
 * Threads that end wherever they are, as terminated workers do. Before an execution begins its
 * strategy says which threads die in it. For each of them there is a second thread, the undertaker,
 * whose first step is the death and may come at any moment, so that which step of the dead was the
 * last is a matter of order like any other; its other steps are those of the burial.
 *
 * Each step of a thread that dies looks at an object, its life, and the death changes that. So the
 * death depends on the thread's steps, all of them, on what a notify makes of a waiter that has
 * died, and on nothing else. A death is never without effect: a thread whose function has returned
 * dies, too, since a worker may be terminated then, and has to be buried. So each execution in
 * which a thread dies is a different one from all those in which it lives.
 */
export class Deaths {
  /** Threads that die in this execution, by key. */
  doomed: readonly string[] = []
  readonly burials: Burial[] = []
  /** Threads that die and have no undertaker yet. */
  readonly #born: Thread[] = []
  #count = 0

  constructor(readonly execution: Core) {}

  /** Whether threads may be ended by others in this execution. */
  hasEnders = false

  /** Whether threads may die in this execution. */
  get areExpected(): boolean {
    return this.doomed.length > 0 || this.hasEnders
  }

  /** A worker, which another thread may end. */
  watch(thread: Thread): void {
    if (thread.life < 0) {
      thread.life = this.execution.persistent.names.object(SPACE.life, thread.id, 0)
    }
  }

  /** Starts what ends a worker, from now on at any moment. */
  end(dies: Thread, parent: Thread): void {
    this.hasEnders = true
    const birth = { parent, isMortal: false }
    this.execution.start(`end of ${dies.name}`, dying(dies), birth)
  }

  /** Whether all threads that were to die have been started. */
  get isWhole(): boolean {
    return this.#count === this.doomed.length
  }

  /** Takes note of a thread that may die. */
  add(thread: Thread): void {
    const { mortals, names } = this.execution.persistent
    mortals.add(thread.key)
    if (!this.doomed.includes(thread.key)) return
    thread.life = names.object(SPACE.life, thread.id, 0)
    this.#born.push(thread)
    this.#count++
  }

  /** Starts the undertakers of threads that were started since the last time. */
  follow(parent?: Thread): void {
    for (const dies of this.#born.splice(0)) {
      const steps = undertake(dies, this.burials)
      const birth = { parent, dies, isMortal: false }
      this.execution.start(`undertaker of ${dies.name}`, steps, birth)
    }
  }

  /** The threads live that have not died: no undertaker waits for them any more. */
  spare(): void {
    for (const thread of this.execution.threads) {
      if (thread && isDoom(thread) && thread.status === 'running') {
        thread.status = 'finished'
      }
    }
  }

  /** The death itself, a step of the undertaker. Timeouts of the dead never strike. */
  die(undertaker: Thread, operation: Operation, event: Event): Outcome {
    const { execution } = this
    const dead = operation.first as Thread
    event.place = operation.place = placeOfDeath(execution, dead)
    event.add(dead.life, 1, 1)
    execution.races.order(dead.id, undertaker.id)
    const scope = dead.scope as WorkerScope | undefined
    scope?.died(execution, undertaker, event, dead.status === 'running')
    for (const thread of execution.threads) {
      if (thread?.status !== 'running' || (thread !== dead && thread.agent !== dead)) continue
      thread.status = 'died'
      thread.diedAt = execution.length
    }
    return outcome(undefined)
  }
}

/** Where the step stands that it does not make any more, or its last one if there was none. */
function placeOfDeath(execution: Core, dead: Thread): number {
  if (dead.status === 'running' && dead.operation.place !== 0) return dead.operation.place
  return dead.lastEvent < 0 ? 0 : execution.event(dead.lastEvent).place
}

/** Whether the thread's next step is a death that the strategy has chosen. */
export function isDoom({ operation, key }: Thread): boolean {
  return operation.kind === OP.die && key.endsWith('x')
}

function* dying(thread: Thread): Generator<unknown, unknown> {
  state.pending.event(OP.die, 0, thread)
  return yield STEP
}

function* undertake(thread: Thread, burials: readonly Burial[]): Generator<unknown, unknown> {
  state.pending.event(OP.die, 0, thread)
  yield STEP
  const number = thread.key.includes('/') ? -1 : Number(thread.key)
  const dead: Dead = { name: thread.name, number }
  let result: unknown
  for (const burial of burials) {
    result = yield* stepsOf(`the burial of ${thread.name}`, burial as never, [dead])
  }
  return result
}
