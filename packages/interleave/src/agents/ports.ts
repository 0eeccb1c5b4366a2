import type { Act } from '../engine/core.ts'
import { OP } from '../runtime/operation.ts'
import { state, STEP } from '../runtime/state.ts'
import { clone } from './clone.ts'
import { closing, Inbox, type Letter, receiving, sending } from './inbox.ts'
import { callListener, Listeners, steppingFunction } from './listeners.ts'

type Steps = Generator<unknown, unknown, unknown>

/** Makes a step of the running thread. */
export function* makeStep(act: Act): Steps {
  state.pending.event(OP.act, state.callPlace, act)
  return yield STEP
}

/** What is sent of a value, and the ports that are transferred with it. */
export function letterOf(value: unknown, transfer: unknown): Letter {
  const list = listOf(transfer)
  const moved = new Map<unknown, unknown>()
  for (const one of list) if (one instanceof ModelPort) moved.set(one, one.handOver())
  const copy = clone(value, moved)
  for (const one of list) if (one instanceof ArrayBuffer) structuredClone(one, { transfer: [one] })
  return plainLetter('message', copy, [...moved.values()])
}

export function plainLetter(
  kind: Letter['kind'],
  value: unknown,
  ports: readonly unknown[] = [],
): Letter {
  return { kind, value, ports, place: state.callPlace, clock: [] }
}

function listOf(transfer: unknown): readonly unknown[] {
  if (transfer === undefined || transfer === null) return []
  if (Array.isArray(transfer)) return transfer
  return (transfer as { transfer?: readonly unknown[] }).transfer ?? []
}

/** Sends a letter, at once where no thread runs. */
export function* send(to: Inbox, letter: Letter): Steps {
  if (state.thread === undefined) to.put(letter, -1)
  else yield* makeStep(sending(to, letter))
  return undefined
}

/** What web code is told of a letter. */
export class ModelEvent {
  readonly target: object
  readonly currentTarget: object
  readonly data: unknown
  readonly ports: readonly unknown[]
  readonly origin = ''
  readonly lastEventId = ''
  defaultPrevented = false
  isStopped = false

  constructor(
    readonly type: string,
    target: object,
    { value, ports }: Letter,
  ) {
    this.target = this.currentTarget = target
    this.data = value
    this.ports = ports
  }

  preventDefault(): void {
    this.defaultPrevented = true
  }

  stopPropagation(): void {}

  stopImmediatePropagation(): void {
    this.isStopped = true
  }
}

/** An object that messages come to, as Node and as browsers have it. */
export class Receiver {
  protected readonly listeners: Listeners
  #handlers = new Map<string, unknown>()

  constructor(
    readonly inbox: Inbox | undefined,
    isEmitter = false,
  ) {
    this.listeners = new Listeners(isEmitter)
    if (inbox !== undefined) inbox.deliver = (letter) => this.deliver(letter)
  }

  protected deliver(letter: Letter): Steps {
    return this.dispatch(letter.kind, [letter.value], new ModelEvent(letter.kind, this, letter))
  }

  *dispatch(type: string, values: unknown[], event: unknown): Steps {
    const isHeard = yield* this.listeners.dispatch(type, this, values, event)
    this.heard(type, false)
    const handler = this.#handlers.get(type)
    const isStopped = event instanceof ModelEvent && event.isStopped
    if (typeof handler !== 'function' || isStopped) return isHeard
    yield* callListener(handler, this, [event])
    return true
  }

  on(type: string, callback: unknown): this {
    this.listeners.add(type, callback, false, true)
    this.heard(type, true)
    return this
  }

  once(type: string, callback: unknown): this {
    this.listeners.add(type, callback, true, true)
    this.heard(type, true)
    return this
  }

  off(type: string, callback: unknown): this {
    this.listeners.remove(type, callback)
    this.heard(type, false)
    return this
  }

  addListener(type: string, callback: unknown): this {
    return this.on(type, callback)
  }

  removeListener(type: string, callback: unknown): this {
    return this.off(type, callback)
  }

  removeAllListeners(type?: string): this {
    this.listeners.clear(type)
    this.heard(type ?? 'message', false)
    return this
  }

  addEventListener(type: string, callback: unknown, options?: { once?: boolean }): void {
    this.listeners.add(type, callback, options?.once === true, false)
    this.heard(type, true)
  }

  removeEventListener(type: string, callback: unknown): void {
    this.off(type, callback)
  }

  listenerCount(type: string): number {
    return this.listeners.of(type).length + (this.#handlers.get(type) ? 1 : 0)
  }

  protected handler(type: string): unknown {
    return this.#handlers.get(type) ?? null
  }

  protected setHandler(type: string, handler: unknown): void {
    this.#handlers.set(type, typeof handler === 'function' ? handler : null)
    this.heard(type, true)
  }

  /** Something listens to events of the type, or no longer does. */
  protected heard(_type: string, _isNew: boolean): void {}

  get onmessage(): unknown {
    return this.handler('message')
  }

  set onmessage(handler: unknown) {
    this.setHandler('message', handler)
  }

  get onmessageerror(): unknown {
    return this.handler('messageerror')
  }

  set onmessageerror(handler: unknown) {
    this.setHandler('messageerror', handler)
  }

  ref(): void {
    this.inbox?.ref(true)
  }

  unref(): void {
    this.inbox?.ref(false)
  }

  hasRef(): boolean {
    return this.inbox?.hasRef === true
  }
}

/** One end of a channel. */
export class ModelPort extends Receiver {
  #inbox: Inbox
  #other: Inbox
  /** Whether it has been sent to another agent, which has a port of its own now. */
  #isGone = false

  constructor(inbox: Inbox, other: Inbox) {
    super(inbox)
    this.#inbox = inbox
    this.#other = other
  }

  /** The port that another agent gets for this one. */
  handOver(): ModelPort {
    if (this.#isGone) {
      throw new DOMException('MessagePort in transfer list is already detached', 'DataCloneError')
    }
    this.#isGone = true
    return new ModelPort(this.#inbox, this.#other)
  }

  get isOpen(): boolean {
    return !this.#isGone && !this.#inbox.isClosed
  }

  protected override heard(type: string): void {
    if (type !== 'message' || !this.isOpen) return
    const isHeard = this.listenerCount('message') > 0
    if (isHeard) this.#inbox.listen()
    this.#inbox.ref(isHeard)
  }

  start(): void {
    if (this.isOpen) this.#inbox.listen()
  }

  protected override *deliver(letter: Letter): Steps {
    if (letter.kind === 'close') this.#inbox.close()
    return yield* super.deliver(letter)
  }

  get [Symbol.toStringTag](): string {
    return 'MessagePort'
  }

  *post(value: unknown, transfer: unknown): Steps {
    if (listOf(transfer).includes(this)) {
      throw new DOMException('Transfer list contains source port', 'DataCloneError')
    }
    const letter = letterOf(value, transfer)
    return this.isOpen ? yield* send(this.#other, letter) : undefined
  }

  *shut(): Steps {
    if (!this.isOpen) return undefined
    if (state.thread === undefined) this.#inbox.close()
    else yield* makeStep(closing(this.#inbox, this.#other, plainLetter('close', undefined)))
    return undefined
  }

  /** What was sent first of what is there, as `{ message }`. */
  *receive(): Steps {
    if (!this.isOpen) return undefined
    const isStep = state.thread !== undefined
    const taken = isStep ? yield* makeStep(receiving(this.#inbox)) : this.#inbox.takeNow()
    const letter = taken as Letter | undefined
    if (letter?.kind === 'close') this.#inbox.close()
    return letter?.kind === 'message' ? { message: letter.value } : undefined
  }
}

/** Methods that take steps: a step of compiled code, or at once where no thread runs. */
export function method(
  Class: { prototype: object },
  name: string,
  body: (this: never, ...args: never[]) => Steps,
): void {
  const value = steppingFunction(name, body)
  Object.defineProperty(Class.prototype, name, { value, configurable: true, writable: true })
}

method(ModelPort, 'postMessage', function (this: ModelPort, value: unknown, transfer: unknown) {
  return this.post(value, transfer)
} as never)
method(ModelPort, 'close', function (this: ModelPort) {
  return this.shut()
} as never)
method(Receiver, 'emit', function (this: Receiver, type: string, ...values: unknown[]) {
  return this.dispatch(type, values, values[0])
} as never)

/** Two ports, each of which gets what the other sends. */
export function channelOf(): { port1: ModelPort; port2: ModelPort } {
  const [first, second] = [new Inbox(), new Inbox()]
  return { port1: new ModelPort(first, second), port2: new ModelPort(second, first) }
}
