import { atomics } from '../runtime/access.ts'
import { OP, type Operation } from '../runtime/operation.ts'
import { performOn } from '../runtime/perform.ts'
import { refuseToTell, restOf, runWorker } from '../runtime/agent.ts'
import { Refusal, refuse } from '../runtime/refusal.ts'
import { type Host, state, STEP } from '../runtime/state.ts'
import { isAtomicView } from '../runtime/views.ts'
import {
  type Act,
  type Birth,
  type Core,
  type Guard,
  type Location,
  type Mail,
  NOTHING,
  outcome,
  type Outcome,
  type Persistent,
  type WorkerScope,
} from './core.ts'
import { Deaths } from './deaths.ts'
import { Event, lookAtLife } from './event.ts'
import { describe, type Failure, isAssertion } from './failure.ts'
import { isRemovable, IdleWatch } from './idle.ts'
import { Buffers, differingBytes, SPACE, type ViewInfo } from './objects.ts'
import type { RaceDetector } from './races.ts'
import { pendingEvent } from './pending.ts'
import { raceFailure } from './race-policy.ts'
import { Thread } from './thread.ts'
import { type Waiter, WaiterLists } from './waiters.ts'
import { canEnd, performWaiting } from './waiting.ts'

type Steps = Generator<unknown, unknown, unknown>

/** More threads than this have no place in the sets of the strategies. */
const MAX_THREADS = 31

/**
 * One execution: threads, the memory they share, and the steps made so far. It knows what a step
 * means; which thread makes the next step is a strategy's business.
 *
 * A thread is a generator. `#advance` runs its own code until it yields STEP; `state.pending` then
 * says what it is about to do, and becomes the thread's operation in exchange for the operation
 * object that the thread had, so that no step makes a new one. `step` performs the operation on
 * the real memory, writes down what it touched and changed, and advances the thread with the
 * result. So one thread's code is on the stack at a time, `state.thread` names it, and plain code
 * between two of its steps cannot be interrupted.
 *
 * A step that was made is an `Event`. Objects that it touched have the same numbers in every
 * execution of a program. The events belong to `persistent` and are filled again by the next
 * execution; a strategy that wants to keep one takes a copy.
 */
export class Execution implements Core, Host {
  /** By number; numbers of threads that this execution has not started are holes. */
  readonly threads: (Thread | undefined)[] = []
  readonly buffers = new Buffers()
  readonly waiters = new WaiterLists()
  readonly races: RaceDetector
  readonly failures: Failure[] = []
  readonly guards: Guard[] = []
  readonly idle = new IdleWatch(this)
  readonly deaths = new Deaths(this)
  timely: readonly string[] | undefined
  strikes = 0
  lengths = -1
  /** Whether threads that cannot go on may end so; see `World`. */
  readonly accepted: (() => boolean)[] = []
  /** What each sleeping thread sleeps in, and which agents have something in their mailbox. */
  readonly sleeping = new Map<Thread, Waiter>()
  readonly mailboxes = new Map<Thread, (Waiter | Mail)[]>()
  length = 0
  #started = 0
  /** What the last access to memory came to, and where it was; a step makes no object. */
  readonly #accessed = { value: undefined as unknown, throws: false, resumes: true }
  readonly #located = { object: 0, offset: 0, at: 0, mask: 0 }

  constructor(readonly persistent: Persistent) {
    this.races = persistent.detector
    this.races.begin()
  }

  event(index: number): Event {
    return this.persistent.events[index]!
  }

  /**
   * Starts a thread, up to its first step.
   */
  start(name: string, steps: Steps, birth: Birth = {}): Thread {
    const { parent, agent, scope } = birth
    const isMortal = birth.isMortal ?? (agent === undefined && parent?.isMortal === true)
    const key = this.#keyOf(birth)
    let id = this.persistent.threadIds.get(key)
    if (id === undefined) this.persistent.threadIds.set(key, (id = this.persistent.threadIds.size))
    if (id >= MAX_THREADS) throw tooMany(parent)
    const origin = parent === undefined ? -1 : this.length
    const body = this.lengths < 0 || agent !== undefined ? steps : lookFirst(steps)
    const whole = scope === undefined ? body : runWorker(body, scope)
    const thread = new Thread(id, key, name, whole, agent, origin, isMortal, scope)
    if (isMortal) this.deaths.add(thread)
    if (scope !== undefined) this.deaths.watch(thread)
    // What ends a wait of a thread that has died is nobody's any more.
    if (agent !== undefined) thread.life = agent.life
    for (let i = this.threads.length; i < id; i++) this.threads[i] = undefined
    this.threads[id] = thread
    if (parent !== undefined) this.races.order(parent.id, id)
    this.#advance(thread, undefined, false)
    return thread
  }

  #keyOf({ parent, dies }: Birth): string {
    if (dies !== undefined) return `${dies.key}x`
    return parent === undefined ? `${this.#started++}` : `${parent.key}/${parent.spawned++}`
  }

  /** Some memory can grow: that is a step on which all steps of others depend. */
  watchLengths(): void {
    this.lengths = this.persistent.names.object(SPACE.lengths, 0, 0)
  }

  /** Whether the thread could make a step now. An idle loop counts as unable to. */
  isEnabled(thread: Thread | undefined): boolean {
    if (thread === undefined || thread.status !== 'running') return false
    switch (thread.operation.kind) {
      case OP.wake: {
        return canEnd(this, this.sleeping.get(thread)!)
      }
      case OP.join:
        return (thread.operation.first as Thread).status !== 'running'
      case OP.idle:
        return (this.mailboxes.get(thread)?.length ?? 0) > 0
      case OP.spin:
        return false
      case OP.settle:
        return thread.canStrikeAfter >= 0 && canEnd(this, thread.operation.first as Waiter)
      case OP.arrive:
        return (thread.operation.first as Act).isAble!()
      default:
        return !thread.operation.isAwaited || isFound(thread.operation)
    }
  }

  /** Whether the thread is in an idle loop that has something new to look at. */
  canResume(thread: Thread): boolean {
    if (thread.status !== 'running' || thread.operation.kind !== OP.spin) return false
    return this.idle.isStale(thread)
  }

  end(thread: Thread, by: Thread): void {
    this.deaths.end(thread, by)
  }

  /** Makes the next step of an enabled thread. */
  step(thread: Thread): Event {
    const { operation } = thread
    const index = this.length
    const event = (this.persistent.events[index] ??= new Event())
    event.reset(thread.id, ++thread.sequence, operation.kind, operation.place)
    event.asked.copy(operation)
    event.enabledBy = thread.enabledBy
    thread.enabledBy = -1
    this.races.tick(thread.id, thread.sequence)
    const outcome = this.#perform(thread, operation, event)
    if (thread.life >= 0) lookAtLife(event, thread.life)
    if (this.lengths >= 0) lookAtLife(event, this.lengths)
    thread.lastEvent = index
    this.persistent.observer?.(event, operation, outcome.value)
    this.length = index + 1
    if (outcome.resumes) this.#resume(thread, outcome)
    return event
  }

  /** Goes on with the thread's own code, if it owes no step. */
  #resume(thread: Thread, { value, throws }: Outcome): void {
    const { owed, ending } = thread
    if (owed.length > 0) thread.operation = owed.shift()!
    else if (ending === undefined) this.#advance(thread, value, throws)
    else this.#end(thread, ending.status, ending.result)
  }

  #perform(thread: Thread, operation: Operation, event: Event): Outcome {
    switch (operation.kind) {
      case OP.spin:
        return outcome(undefined)
      case OP.spawn: {
        event.hasEffect = true
        const { name, steps, scope, begin } = operation.first as Spawned
        const started = this.start(name, steps, { parent: thread, scope })
        begin?.(started)
        this.deaths.follow(thread)
        return outcome(started)
      }
      case OP.die:
        return this.deaths.die(thread, operation, event)
      case OP.join:
        return this.#join(thread, operation.first as Thread, event)
      case OP.invoke:
      case OP.respond:
        return this.#history(operation, event)
      case OP.act:
      case OP.arrive:
        return (operation.first as Act).perform(this, thread, event)
      case OP.account:
        ;(operation.first as { record: (event: Event) => void }).record(event)
        return outcome(undefined)
      default:
        if (operation.view === undefined || operation.kind >= OP.wait) {
          return performWaiting(this, thread, operation, event)
        }
        this.#accessed.value = this.access(thread, operation, event)
        return this.#accessed
    }
  }

  #join(thread: Thread, target: Thread, event: Event): Outcome {
    this.races.order(target.id, thread.id)
    if (target.status === 'died') {
      event.enabledBy = target.diedAt
      return { value: new Error(`thread ${target.name} has died`), throws: true, resumes: true }
    }
    event.enabledBy = target.lastEvent
    return { value: target.result, throws: target.status === 'failed', resumes: true }
  }

  /**
   * Responses and invocations depend on each other, since which came first decides what a history
   * means; two invocations or two responses do not.
   */
  #history(operation: Operation, event: Event): Outcome {
    const { owner, record } = operation.first as { owner: number; record: (at: number) => void }
    const object = this.persistent.names.object(SPACE.history, owner, 0)
    if (operation.kind === OP.invoke) event.add(object, 0, 1)
    else event.add(object, 1, 2)
    record(this.length)
    return outcome(undefined)
  }

  /**
   * The step that a thread would make if it were not blocked, as the event after the last, with
   * nothing changed; undefined when it does not await a word.
   */
  blockedEvent(thread: Thread | undefined): Event | undefined {
    if (thread?.status !== 'running' || !thread.operation.isAwaited) return undefined
    return this.isEnabled(thread) ? undefined : pendingEvent(this, thread)
  }

  /** Performs an access to memory, notes what it touched and changed, and looks for a race. */
  access(thread: Thread, operation: Operation, event: Event): unknown {
    const info = this.buffers.viewInfo(operation.view!, operation.place)
    const { contents } = info.buffer
    const { object, offset, at, mask } = this.locate(info, operation)
    const low = contents.word(at * 2)
    const high = contents.word(at * 2 + 1)
    const value = performOn(operation)
    event.beforeLow = low
    event.beforeHigh = high
    event.afterLow = contents.word(at * 2)
    event.afterHigh = contents.word(at * 2 + 1)
    const changed =
      differingBytes(low, event.afterLow) | (differingBytes(high, event.afterHigh) << 4)
    event.add(object, mask, changed)
    for (const guard of this.guards) guard.access(thread, operation, event, offset)
    const isTearable = operation.method !== undefined || !isWhole(operation)
    const race = this.races.access(
      thread.id,
      operation.kind,
      operation.place,
      object,
      mask,
      changed,
      isTearable,
    )
    const failure = race && raceFailure(this, race)
    if (failure) this.fail(failure)
    return value
  }

  /**
   * Which object an access is to, which granule of its buffer that is, and which bytes of it; the
   * answer is filled again by the next call.
   */
  locate(info: ViewInfo, operation: Operation): Location {
    const isDataView = operation.method !== undefined
    const bytes = isDataView ? Number(/\d+/.exec(operation.method!)![0]) >> 3 : info.elementBytes
    const offset = info.byteOffset + operation.index * (isDataView ? 1 : bytes)
    const at = Math.floor(offset / 8)
    const located = this.#located
    located.object = this.persistent.names.granule(info.buffer.id, at)
    located.offset = offset
    located.at = at
    located.mask = ((1 << bytes) - 1) << (offset % 8)
    return located
  }

  /** Which thread made each step, by key. */
  schedule(): string[] {
    const keys: string[] = []
    for (let i = 0; i < this.length; i++) keys.push(this.threads[this.event(i).thread]!.key)
    return keys
  }

  isRemovable(mark: number): boolean {
    return isRemovable(this, state.thread as Thread, mark)
  }

  fail(failure: Failure): void {
    this.failures.push(failure)
  }

  /** Runs a thread's own code up to its next step. */
  #advance(thread: Thread, value: unknown, throws: boolean): void {
    const before = state.thread
    state.thread = thread
    state.host = this
    state.outside = undefined
    state.callPlace = 0
    try {
      let result = throws ? thread.steps.throw(value) : thread.steps.next(value)
      // A value that the source itself yields from a thread's own function has no meaning here.
      while (!result.done && result.value !== STEP) result = thread.steps.next()
      if (result.done && !thread.hasReturned) {
        thread.hasReturned = true
        const rest = restOf(thread, result.value)
        if (rest !== undefined) result = (thread.steps = rest).next()
      }
      if (result.done) this.#end(thread, 'finished', result.value)
      else {
        const { operation } = thread
        thread.operation = state.pending
        state.pending = operation
        if (thread.operation.kind === OP.idle) thread.idleAfter.push(thread.lastEvent)
        if (thread.owed.length > 0) {
          thread.owed.push(thread.operation)
          thread.operation = thread.owed.shift()!
        }
      }
    } catch (error) {
      if (error instanceof Refusal) throw error
      refuseToTell(thread)
      this.#end(thread, 'failed', error)
    } finally {
      state.thread = before
    }
  }

  #end(thread: Thread, status: 'finished' | 'failed', result: unknown): void {
    const owed = thread.owed.shift()
    if (owed !== undefined) {
      thread.ending = { status, result }
      thread.operation = owed
      return
    }
    thread.status = status
    thread.result = result
    if (status === 'finished') return
    const kind = isAssertion(result) ? 'assertion' : 'exception'
    const place = thread.lastEvent >= 0 ? this.event(thread.lastEvent).place : 0
    this.fail({ kind, message: describe(result), thread: thread.id, place, error: result })
  }
}

/** A thread that may look at the length of memory before it makes any step. */
function* lookFirst(steps: Steps): Steps {
  state.pending.event(OP.act, 0, NOTHING)
  yield STEP
  return yield* steps
}

/** What a thread is started with. */
interface Spawned {
  readonly name: string
  readonly steps: Steps
  readonly scope?: WorkerScope
  /** Is told of the thread. */
  readonly begin?: (thread: Thread) => void
}

function tooMany(parent: Thread | undefined): Refusal {
  return refuse(
    parent?.operation.place ?? 0,
    `it starts more than ${MAX_THREADS} threads, timeouts of waitAsync included`,
  )
}

/** Whether the word is what a step awaits. */
function isFound({ view, index, first }: Operation): boolean {
  return atomics['load']!(view, index) === first
}

/** Whether JavaScript promises that the access is never split: integers of up to 32 bits. */
function isWhole({ view, kind }: Operation): boolean {
  if (kind !== OP.read && kind !== OP.write) return true
  const isBig = view instanceof BigInt64Array || view instanceof BigUint64Array
  return isAtomicView(view!) && !isBig
}
