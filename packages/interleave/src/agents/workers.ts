import { type Act, type Core, outcome, SLEEPS, type WorkerScope } from '../engine/core.ts'
import type { Event } from '../engine/event.ts'
import { describe, isAssertion } from '../engine/failure.ts'
import type { Thread } from '../engine/thread.ts'
import { OP } from '../runtime/operation.ts'
import { ModelPromise } from '../runtime/promise.ts'
import { runAtExit } from '../runtime/agent.ts'
import type { NativeModel } from '../runtime/calls.ts'
import { refuse } from '../runtime/refusal.ts'
import { state, STEP } from '../runtime/state.ts'
import { clone } from './clone.ts'
import { Inbox, type Letter } from './inbox.ts'
import { exitCode, processOf } from './process.ts'
import { letterOf, makeStep, method, ModelPort, plainLetter, Receiver, send } from './ports.ts'

type Steps = Generator<unknown, unknown, unknown>

interface WorkerOptions {
  readonly workerData?: unknown
  readonly transferList?: readonly unknown[]
  readonly eval?: boolean
  readonly name?: string
  readonly argv?: readonly unknown[]
  readonly env?: unknown
}

/** What a thread has of a worker that it started. */
export class ModelWorker extends Receiver {
  readonly #inbox: Inbox
  readonly #worker: Inbox
  readonly #ended = new ModelPromise()
  #thread: Thread | undefined
  #isOver = false

  constructor(inbox: Inbox, worker: Inbox) {
    super(inbox, true)
    this.#inbox = inbox
    this.#worker = worker
    inbox.listen()
  }

  /** The worker has been started. */
  begin(thread: Thread): void {
    this.#thread = thread
  }

  get threadId(): number {
    return this.#isOver ? -1 : (this.#thread?.id ?? -1)
  }

  protected override heard(type: string, isNew: boolean): void {
    if (type !== 'online' || !isNew || this.#isOver) return
    state.thread!.jobs.push({ steps: this.dispatch('online', [], { type: 'online' }) })
  }

  protected override *deliver(letter: Letter): Steps {
    const { kind, value } = letter
    if (kind === 'error') {
      const event = { type: 'error', target: this, error: value, message: describe(value) }
      const isHeard = yield* this.dispatch('error', [value], event)
      if (isHeard !== true) throw value
      return undefined
    }
    if (kind === 'exit') {
      this.#isOver = true
      this.#inbox.close()
      this.#ended.settle(true, value)
    }
    return kind === 'close' ? undefined : yield* super.deliver(letter)
  }

  *post(value: unknown, transfer: unknown): Steps {
    const letter = letterOf(value, transfer)
    return this.#isOver ? undefined : yield* send(this.#worker, letter)
  }

  *terminate(): Steps {
    if (!this.#isOver) yield* makeStep(ending(this.#thread!))
    return this.#ended
  }

  readonly stdin = null
  readonly resourceLimits = {}

  get stdout(): never {
    throw unmodelled('stdout')
  }

  get stderr(): never {
    throw unmodelled('stderr')
  }

  get performance(): never {
    throw unmodelled('performance')
  }

  get getHeapSnapshot(): never {
    throw unmodelled('getHeapSnapshot')
  }

  get onerror(): unknown {
    return this.handler('error')
  }

  set onerror(handler: unknown) {
    this.setHandler('error', handler)
  }
}

function unmodelled(name: string): Error {
  return refuse(state.callPlace, `the ${name} of a worker is not modelled; messages are`)
}

method(ModelWorker, 'postMessage', function (this: ModelWorker, value: unknown, list: unknown) {
  return this.post(value, list)
} as never)
const { terminate } = ModelWorker.prototype
method(ModelWorker, 'terminate', terminate as never)

/** Lets a worker end wherever it is. */
function ending(worker: Thread): Act {
  return {
    text: `terminates ${worker.name}`,
    perform(core, thread, event) {
      event.hasEffect = true
      core.end(worker, thread)
      return outcome(undefined)
    },
    foresee() {},
  }
}

/** A worker as it sees itself, and what it says to the thread that started it at its end. */
class Scope implements WorkerScope {
  readonly parentPort: ModelPort

  constructor(
    readonly workerData: unknown,
    readonly isWeb: boolean,
    readonly process: Readonly<Record<string, unknown>>,
    readonly parent: Thread,
    readonly toParent: Inbox,
    inbox: Inbox,
  ) {
    this.parentPort = new ModelPort(inbox, toParent)
  }

  *end(error?: { readonly thrown: unknown }): Steps {
    if (error !== undefined) yield* makeStep(this.#failing(error.thrown))
    const code = error === undefined ? exitCode(state.thread!) : 1
    yield* send(this.toParent, plainLetter('exit', code))
    return undefined
  }

  died(core: Core, by: Thread, event: Event, wasRunning: boolean): void {
    const letter = plainLetter('exit', 1)
    if (wasRunning) this.toParent.send(core, by, event, letter)
    else event.add(this.toParent.object(core), 1, 1)
  }

  #failing(thrown: unknown): Act {
    const letter = plainLetter('error', copied(thrown))
    return {
      text: `throws ${describe(thrown)}`,
      perform: (core, thread, event) => {
        this.toParent.send(core, thread, event, letter)
        if (this.parent.status !== 'running') {
          const kind = isAssertion(thrown) ? 'assertion' : 'exception'
          const { id, lastEvent } = thread
          const place = lastEvent < 0 ? 0 : core.event(lastEvent).place
          core.fail({ kind, message: describe(thrown), thread: id, place, error: thrown })
        }
        return outcome(undefined)
      },
      foresee: (core, event) => event.add(this.toParent.object(core), 1, 1),
    }
  }
}

/** An error as the starter of a worker hears of it: with what it says of itself, such as a code. */
function copied(value: unknown): unknown {
  let copy: unknown
  try {
    copy = clone(value, new Map())
  } catch {
    return value
  }
  if (!(value instanceof Error)) return copy
  for (const [name, one] of Object.entries(value)) {
    try {
      ;(copy as Record<string, unknown>)[name] = clone(one, new Map())
    } catch {
      // What cannot be copied stays behind.
    }
  }
  return copy
}

/** `new Worker(file, options)` of Node: a thread that runs the file's module. */
export function startWorker(Host: unknown): NativeModel {
  return (place, _, args) => {
    checkFile(Host, args)
    return start(place, args, false)
  }
}

/** The same as a browser has it. */
export function startWebWorker(place: number, _: unknown, args: readonly unknown[]): Steps {
  return start(place, args, true)
}

function* start(place: number, args: readonly unknown[], isWeb: boolean): Steps {
  const [file, options = {}] = args as [string | URL, WorkerOptions?]
  const parent = state.thread as Thread | undefined
  if (parent === undefined) {
    throw refuse(place, 'setup starts a worker, which only a thread can: add a thread for `main`')
  }
  const { loadModule } = state
  if (loadModule === undefined) {
    throw refuse(place, 'nothing here loads a worker; `load` of @smpnet/interleave/node does')
  }
  const { value } = letterOf(options.workerData, options.transferList)
  const [toParent, toWorker] = [new Inbox(), new Inbox()]
  const worker = new ModelWorker(toParent, toWorker)
  const scope = new Scope(
    value,
    isWeb,
    processOf(nameOfFile(file), options),
    parent,
    toParent,
    toWorker,
  )
  const steps = options.eval === true ? loadModule('', String(file)) : loadModule(file)
  const name = options.name ?? nameOf(file, options.eval === true)
  const begin = (thread: Thread): void => worker.begin(thread)
  state.pending.event(OP.spawn, place, { name, steps, scope, begin })
  yield STEP
  return worker
}

/** Has the host itself say what is wrong with what names no file; it starts nothing then. */
function checkFile(Host: unknown, [file, options]: readonly unknown[]): void {
  if ((options as WorkerOptions | undefined)?.eval === true) return
  const isPath = typeof file === 'string' && /^(\.{0,2}[\\/]|[A-Za-z]:[\\/])/.test(file)
  const isUrl = file instanceof URL && /^(file|data):$/.test(file.protocol)
  if (!isPath && !isUrl) Reflect.construct(Host as never, [file])
}

/** Where a worker's file is, as its process says. */
function nameOfFile(file: string | URL): string {
  return file instanceof URL && file.protocol === 'file:' ? decodeURI(file.pathname) : String(file)
}

function nameOf(file: string | URL, isText: boolean): string {
  return isText ? 'worker' : (/([^/\\]+?)(\.[cm]?[jt]sx?)?$/.exec(String(file))?.[1] ?? 'worker')
}

/** `process.exit` of a thread: it makes no further step. */
export function* exit(_place: number, _: unknown, [given]: readonly unknown[]): Steps {
  const running = state.thread as Thread
  const { scope } = running
  const code = given ?? exitCode(running)
  yield* runAtExit(running, code)
  const act: Act = {
    text: 'exits',
    perform(core, thread, event) {
      event.hasEffect = true
      const letter = plainLetter('exit', code)
      if (scope !== undefined) (scope as Scope).toParent.send(core, thread, event, letter)
      thread.status = 'finished'
      return SLEEPS
    },
    foresee(core, event) {
      if (scope !== undefined) event.add((scope as Scope).toParent.object(core), 1, 1)
    },
  }
  return yield* makeStep(act)
}
