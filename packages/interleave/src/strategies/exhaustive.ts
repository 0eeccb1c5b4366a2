import { type Access, accessOf, areDependent, type Event } from '../engine/event.ts'
import type { Execution } from '../engine/execution.ts'
import { couldStep, pendingEvent } from '../engine/pending.ts'
import type { Thread } from '../engine/thread.ts'
import { HappensBefore, type ReversibleRace } from './happens-before.ts'
import { Dooms } from './dooms.ts'
import { predict, wouldFind } from './predict.ts'
import { enabledThreads, type Strategy } from './strategy.ts'
import { differs, isSameAccess } from './repeatable.ts'
import { Plan } from './plan.ts'
import { type Branch, initialOf, insert } from './wakeup-tree.ts'

/** One state on the path of the current execution. */
interface Node {
  /** Steps that need not be made here, because executions that start with them are done. */
  readonly sleep: Access[]
  /** The thread whose step is being explored. */
  thread: number
  /** That step, once it has been made, and what and where it was. */
  access: Access | undefined
  kind: number
  place: number
  /** Other steps that have to be explored from here. */
  branches: Branch[]
  /** What has to follow the step that is being explored. */
  guide: readonly Branch[]
  /** Whether that step was itself planned. */
  isPlanned: boolean
}

const NO_BRANCHES: readonly Branch[] = []

/**
 * Every execution, up to the order of independent steps, and each of them once: optimal dynamic
 * partial order reduction with wakeup trees (Abdulla, Aronis, Jonsson and Sagonas, POPL 2014).
 *
 * An execution is run to its end. Each pair of dependent steps in it that could have come the
 * other way round is a race; for each, the steps that lead to the reversed order are inserted at
 * the state before the race, unless something explored or about to be explored from there covers
 * them. Races in the part that an execution shares with the one before are looked at again: what
 * does not depend on their first step, and is made before their second, may lie in the other part.
 * Memory is one path and the branches that hang off it.
 *
 * A plan says what its last step will change in the state that it leads to, so in theory each
 * sleeping step is woken by one of the plan's, and when the plan has been done nothing sleeps. It
 * is made so here, because whose promises a notify would settle is not foreseen: a sleeping step
 * that outlives a plan hides executions.
 */
export class Exhaustive implements Strategy {
  readonly name: string = 'exhaustive'
  readonly resumesIdleLoops = false
  readonly isExhaustive = true
  readonly claim = 'every execution, up to the order of independent steps'

  readonly #path: Node[] = []
  readonly #order = new HappensBefore()
  readonly #enabled: number[] = []
  readonly #dooms = new Dooms()
  readonly #planned = new Plan(this.#order)
  readonly #accessAt = (index: number): Access => this.#path[index]!.access!
  /** By step: for which execution it has been asked which later ones do not need it, and these. */
  readonly #independent: { execution: Execution | undefined; readonly indexes: number[] }[] = []
  /** Steps at the start of the execution that are the same as in the one before. */
  #replayed = 0
  #last = -1

  begin(execution: Execution): void {
    this.#dooms.settle(execution)
    this.#last = -1
  }

  choose(execution: Execution): number {
    const depth = execution.length
    if (depth >= this.#path.length && !this.#push(execution, depth)) return -1
    return this.#path[depth]!.thread
  }

  observe(execution: Execution, event: Event): void {
    const index = execution.length - 1
    const node = this.#path[index]!
    if (index >= this.#replayed) {
      node.access = accessOf(event)
      node.kind = event.kind
      node.place = event.place
    } else if (!isRepeated(node, event)) throw differs(execution, index)
    if (!this.#order.has(index)) this.#order.add(execution, index, true)
    this.#last = event.thread
  }

  finish(execution: Execution): boolean {
    for (const race of this.#order.races) this.#reverse(execution, race)
    for (const thread of execution.threads) this.#unblock(execution, thread)
    for (const thread of execution.threads) this.#survive(execution, thread)
    const isLeft = this.#backtrack()
    if (!isLeft) this.#replayed = 0
    this.#order.cut(execution, this.#replayed)
    if (isLeft) return true
    return this.#dooms.advance(execution.persistent)
  }

  /** Sees to it that a step that a thread could not make is tried where it could have been. */
  #unblock(execution: Execution, thread: Thread | undefined): void {
    const event = execution.blockedEvent(thread)
    if (event === undefined) return
    const race = this.#order.awaitedRace(execution, event, execution.length)
    if (race !== undefined) this.#reverse(execution, race)
  }

  /**
   * Sees to it that the step that a thread was about to make when it died is tried before its
   * death: the other way round there is no such step, which would show the race. If it was blocked
   * then, and is without all that its death led to, it is tried where it could have been made.
   */
  #survive(execution: Execution, thread: Thread | undefined): void {
    if (thread?.status !== 'died' || !couldStep(execution, thread)) return
    const death = thread.diedAt
    const second = execution.length
    const event = pendingEvent(execution, thread)
    const { enabledBy } = event
    if (enabledBy >= 0 && this.#order.isBefore(execution, death, enabledBy)) return
    const isAwaited = event.asked.isAwaited
    const state = { before: death, others: this.#independentOf(execution, death) }
    if (!isAwaited || wouldFind(execution, second, state)) {
      return this.#plan(execution, death, second, state.others)
    }
    const race = this.#order.awaitedRace(execution, event, second, (index) =>
      this.#order.isBefore(execution, death, index),
    )
    if (race === undefined) return
    const from = Math.min(death, race.first)
    const others = this.#independentOf(execution, from).filter(
      (i) =>
        !this.#order.isBefore(execution, death, i) &&
        !this.#order.isBefore(execution, race.first, i),
    )
    this.#plan(execution, from, second, others)
  }

  /** Adds the node for the present state; false when all that could be done here is done. */
  #push(execution: Execution, depth: number): boolean {
    const parent = depth > 0 ? this.#path[depth - 1] : undefined
    const guide = parent?.guide ?? NO_BRANCHES
    const first = guide[0]
    const isPlanDone = parent?.isPlanned === true && first === undefined
    const sleep = parent === undefined || isPlanDone ? [] : stillAsleep(parent)
    const enabled = enabledThreads(execution, false, this.#enabled)
    let thread = first?.access.thread ?? -1
    if (first === undefined) {
      thread = awake(enabled, sleep, this.#last)
      if (thread < 0) return false
    } else if (!enabled.includes(thread)) {
      throw differs(execution, depth)
    }
    this.#path.push({
      sleep,
      thread,
      access: undefined,
      kind: 0,
      place: 0,
      branches: guide.slice(1),
      guide: first?.children ?? NO_BRANCHES,
      isPlanned: first !== undefined,
    })
    return true
  }

  /** Sees to it that the race's second step is also tried before its first. */
  #reverse(execution: Execution, { first, second }: ReversibleRace): void {
    this.#plan(execution, first, second, this.#independentOf(execution, first))
  }

  /** All steps later than `from` that do not need it. */
  #independentOf(execution: Execution, from: number): readonly number[] {
    const known = (this.#independent[from] ??= { execution: undefined, indexes: [] })
    if (known.execution !== execution) this.#order.independentOf(execution, from, known.indexes)
    known.execution = execution
    return known.indexes
  }

  /** Sees to it that from state `from` the step at `last` is tried after the steps at `indexes`. */
  #plan(execution: Execution, from: number, last: number, indexes: readonly number[]): void {
    const { sleep, branches } = this.#path[from]!
    const made = this.#path[last]?.access
    // The last step will be made in another state than it was made in, and may differ there.
    const access = predict(execution, last, { before: from, others: indexes }, made)
    const { enabledBy } = execution.event(last)
    const plan = this.#planned.fill(execution, indexes, this.#accessAt, access, enabledBy)
    for (const sleeping of sleep) if (initialOf(sleeping, plan) !== undefined) return
    insert(branches, plan)
  }

  /** Goes back to the last state from which something is left to explore. */
  #backtrack(): boolean {
    for (let node = this.#path.at(-1); node !== undefined; node = this.#path.at(-1)) {
      if (node.access !== undefined) node.sleep.push(node.access)
      const next = node.branches.shift()
      if (next !== undefined) {
        node.thread = next.access.thread
        node.access = undefined
        node.guide = next.children
        node.isPlanned = true
        this.#replayed = this.#path.length - 1
        return true
      }
      this.#path.pop()
    }
    return false
  }
}

/** Whether the step is what it was when it was made before. */
function isRepeated({ access, kind, place }: Node, event: Event): boolean {
  return kind === event.kind && place === event.place && isSameAccess(access!, event)
}

/** Sleeping steps that the step just explored has not woken. */
function stillAsleep(parent: Node): Access[] {
  const sleep: Access[] = []
  for (const access of parent.sleep) {
    if (!areDependent(access, parent.access!)) sleep.push(access)
  }
  return sleep
}

/** A thread whose step does not sleep, if possible the one that made the last step, or -1. */
function awake(enabled: readonly number[], sleep: readonly Access[], last: number): number {
  let found = -1
  for (const id of enabled) {
    if (isAsleep(id, sleep)) continue
    if (id === last) return id
    if (found < 0) found = id
  }
  return found
}

function isAsleep(id: number, sleep: readonly Access[]): boolean {
  for (const access of sleep) if (access.thread === id) return true
  return false
}
