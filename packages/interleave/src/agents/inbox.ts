import { type Act, type Core, NOTHING, outcome, type Outcome } from '../engine/core.ts'
import type { Event } from '../engine/event.ts'
import { SPACE } from '../engine/objects.ts'
import type { Thread } from '../engine/thread.ts'
import { mailboxOf } from '../engine/waiting.ts'
import { OP } from '../runtime/operation.ts'
import { refuse } from '../runtime/refusal.ts'
import { state, STEP } from '../runtime/state.ts'

/** What is sent to a port, or to the object that stands for a worker. */
export interface Letter {
  readonly kind: 'message' | 'close' | 'online' | 'error' | 'exit'
  readonly value: unknown
  /** Ports that come with it. */
  readonly ports: readonly unknown[]
  /** Where it was sent. */
  readonly place: number
  /** What happened before that. */
  clock: readonly number[]
}

/** What steps touch of an inbox: its end, and its beginning. */
const TAIL = 1
const HEAD = 2

/** What the agent that an inbox belongs to does with a letter. */
type Deliver = (letter: Letter) => Generator<unknown, unknown, unknown>

/**
 * The letters of one end of a channel. To send one is a step. When the agent of that end listens,
 * a courier, which is a thread of its own, says by a step that a letter has arrived, and so in
 * which order the agent comes to letters of several ports, timers and promises; with nothing left
 * to run the agent takes the letter by a step. Until then it lies in the inbox, from which
 * `receiveMessageOnPort` takes it without any courier.
 *
 * Sending and taking touch different bits of the inbox, so only two that send, or one that sends
 * and one that looks whether anything is there, depend on each other.
 */
export class Inbox {
  readonly #letters: Letter[] = []
  /** By letter: the step that sent it. */
  readonly #sentBy: number[] = []
  readonly #key: string
  #arrived = 0
  #taken = 0
  /** The agent that listens. */
  #agent: Thread | undefined
  #isCounted = false
  #isRef = true
  isClosed = false
  deliver: Deliver | undefined

  constructor() {
    const thread = state.thread as Thread | undefined
    const count = thread === undefined ? state.inboxes++ : thread.inboxes++
    this.#key = `${thread?.id ?? -1}:inbox ${count}`
  }

  object({ persistent: { names } }: Core): number {
    return names.object(SPACE.inbox, names.owner(this.#key), 0)
  }

  get length(): number {
    return this.#letters.length
  }

  get place(): number {
    return this.#letters[0]?.place ?? 0
  }

  get hasArrival(): boolean {
    return this.#sentBy.length > this.#arrived
  }

  /** Puts a letter in; `step` is -1 where no thread runs. */
  put(letter: Letter, step: number): void {
    if (this.isClosed) return
    this.#letters.push(letter)
    this.#sentBy.push(step)
  }

  /** The same as part of a step. */
  send(core: Core, thread: Thread, event: Event, letter: Letter): void {
    const object = this.object(core)
    event.list = object
    event.waitersBefore = this.length
    letter.clock = [...core.races.clockOf(thread.id)]
    this.put(letter, core.length)
    event.waitersAfter = this.length
    event.add(object, TAIL, TAIL)
  }

  /** The oldest letter, where no thread runs. */
  takeNow(): Letter | undefined {
    const letter = this.#letters.shift()
    if (letter !== undefined) this.#taken++
    return letter
  }

  /** The oldest letter, as part of a step that is told what it has come to. */
  take(core: Core, thread: Thread, event: Event, touched: number): Letter | undefined {
    const object = this.object(core)
    event.list = object
    event.waitersBefore = this.length
    const letter = this.#letters.shift()
    if (letter !== undefined) {
      this.#taken++
      core.races.learn(thread.id, letter.clock)
    }
    event.waitersAfter = this.length
    event.add(object, touched, letter === undefined ? 0 : HEAD)
    return letter
  }

  /** From when its job has ended, the running agent is told of what arrives. */
  listen(): void {
    const thread = state.thread as Thread | undefined
    if (this.isClosed) return
    if (thread === undefined) {
      throw refuse(state.callPlace, 'setup listens to a port; let a thread listen to it')
    }
    if (this.#agent !== undefined && this.#agent !== thread) {
      const whose = `${this.#agent.name} listens to already`
      throw refuse(state.callPlace, `a thread listens to a port that ${whose}; transfer it first`)
    }
    if (this.#agent === undefined) {
      this.#agent = thread
      thread.starting.push(listening(this))
    }
    this.#recount()
  }

  /** Whether that the agent listens keeps it from ending. */
  ref(isRef: boolean): void {
    this.#isRef = isRef
    this.#recount()
  }

  get hasRef(): boolean {
    return this.#isRef
  }

  close(): void {
    this.isClosed = true
    this.#recount()
  }

  #recount(): void {
    const counts = this.#agent !== undefined && this.#isRef && !this.isClosed
    if (counts === this.#isCounted) return
    this.#isCounted = counts
    this.#agent!.listening += counts ? 1 : -1
  }

  /** A letter arrives: the agent will come to it after what has arrived before. */
  arrive(core: Core, event: Event): void {
    const agent = this.#agent!
    const number = this.#arrived++
    const sentBy = this.#sentBy[number]!
    if (sentBy >= 0) event.enabledBy = sentBy
    event.add(mailboxOf(core, agent), 1, 1)
    const place = this.#letters[number - this.#taken]?.place ?? 0
    event.place = place
    const mail = {
      place,
      notifiedBy: core.length,
      take: (taken: Event) => this.#come(core, agent, taken, number),
    }
    const box = core.mailboxes.get(agent)
    if (box === undefined) core.mailboxes.set(agent, [mail])
    else box.push(mail)
  }

  foreseeArrival(core: Core, event: Event): void {
    event.enabledBy = this.#sentBy[this.#arrived] ?? -1
    event.add(mailboxOf(core, this.#agent!), 1, 1)
  }

  /** The agent comes to a letter, unless it has received that one already. */
  #come(core: Core, agent: Thread, event: Event, number: number): string {
    if (this.isClosed || this.#taken > number) {
      event.add(this.object(core), HEAD, 0)
      return 'finds no message any more'
    }
    const letter = this.take(core, agent, event, HEAD)!
    agent.jobs.push({ steps: this.deliver!(letter) })
    return `takes ${showLetter(letter)}`
  }

  /** Starts the courier. */
  open(core: Core, thread: Thread, event: Event): void {
    event.hasEffect = true
    const steps = courier(this)
    core.start(`messages to ${thread.name}`, steps, { parent: thread, agent: thread })
  }
}

function* courier(inbox: Inbox): Generator<unknown, unknown, unknown> {
  // That it is there and that a letter is are two conditions, and a step has one at most.
  state.pending.event(OP.act, 0, NOTHING)
  yield STEP
  for (;;) {
    const arrival: Act = {
      text: '',
      perform(core, _, event) {
        inbox.arrive(core, event)
        return outcome(undefined)
      },
      foresee: (core, event) => inbox.foreseeArrival(core, event),
      isAble: () => inbox.hasArrival,
    }
    state.pending.event(OP.arrive, 0, arrival)
    yield STEP
  }
}

function listening(inbox: Inbox): Act {
  return {
    text: '',
    perform(core, thread, event) {
      inbox.open(core, thread, event)
      return outcome(undefined)
    },
    foresee() {},
  }
}

/** Sends a letter. */
export function sending(inbox: Inbox, letter: Letter): Act {
  return {
    text: `sends ${showLetter(letter)}`,
    isOwable: true,
    perform(core, thread, event) {
      inbox.send(core, thread, event, letter)
      return outcome(undefined)
    },
    foresee: (core, event) => event.add(inbox.object(core), TAIL, TAIL),
  }
}

/** Takes the oldest letter out, or finds none. */
export function receiving(inbox: Inbox): Act {
  const act = {
    text: 'receives',
    receives: true,
    perform(core: Core, thread: Thread, event: Event): Outcome {
      const letter = inbox.take(core, thread, event, HEAD | TAIL)
      act.text = letter === undefined ? 'receives nothing' : `receives ${showLetter(letter)}`
      return outcome(letter)
    },
    foresee(core: Core, event: Event): void {
      event.list = inbox.object(core)
      event.waitersBefore = event.waitersAfter = inbox.length
      event.add(event.list, HEAD | TAIL, 0)
    },
  }
  return act
}

/** Closes one end, and tells the other. */
export function closing(inbox: Inbox, other: Inbox, letter: Letter): Act {
  return {
    text: 'closes its port',
    perform(core, thread, event) {
      event.add(inbox.object(core), TAIL | HEAD, TAIL | HEAD)
      inbox.close()
      other.send(core, thread, event, letter)
      return outcome(undefined)
    },
    foresee(core, event) {
      event.add(inbox.object(core), TAIL | HEAD, TAIL | HEAD)
      event.add(other.object(core), TAIL, TAIL)
    },
  }
}

const MAX_SHOWN = 32

function showLetter({ kind, value }: Letter): string {
  if (kind !== 'message') return `the ${kind}`
  const text = show(value, 2)
  return `message ${text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text}`
}

/** A value, without a look at the elements of memory. */
function show(value: unknown, depth: number): string {
  if (typeof value === 'string') return depth === 2 ? value : `'${value}'`
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Error) return value.name
  const name = (value.constructor as { name?: string } | undefined)?.name ?? 'Object'
  if (Array.isArray(value)) {
    return depth === 0 ? '[…]' : `[${value.map((one) => show(one, depth - 1)).join(', ')}]`
  }
  if (name !== 'Object') return name
  if (depth === 0) return '{…}'
  const entries = Object.entries(value).map(([key, one]) => `${key}: ${show(one, depth - 1)}`)
  return `{ ${entries.join(', ')} }`
}
