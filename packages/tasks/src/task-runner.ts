import type { LiveMachine, LiveOptions } from '@smpnet/machine/live'
import {
  type Address,
  came,
  expectFunction,
  expectMethods,
  expectOptions,
  NIL,
} from '@smpnet/memory'
import { awaiting, block, SpinBudget, type Waiter } from '@smpnet/park'
import { TaskLost, TooManyTasks } from './errors.ts'
import { eventLoopTurn } from './event-loop-turn.ts'
import { Fifo } from './fifo.ts'
import { type BoardHandle, CANCELLED, QUEUED, RETURNED, TaskBoard } from './task-board.ts'
import type { TaskBootArgs, TaskExports } from './task-boot.ts'
import { checkShape, type TaskOptions, type TaskRunnerOptions } from './task-options.ts'
import { ValueReader } from './value-reader.ts'
import { ValueWriter } from './value-writer.ts'

/** Results taken in a row after which the event loop gets a turn. */
const DRAINS_PER_LOOP = 64

/** A task that was asked for. */
interface Asked {
  readonly what: number
  readonly args: readonly unknown[]
  readonly signal: AbortSignal | undefined
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  /** Takes its listener from the signal. */
  forget: (() => void) | undefined
}

/** `startLive` of `@smpnet/machine/live`; given by the user, as only that needs Node. */
export type StartMachine = <Args>(options: LiveOptions<Args>) => Promise<LiveMachine>

/**
 * Starts CPUs that run functions of the modules named, and resolves when they are ready. Throws
 * RangeErrors for figures that cannot be, and CpuFailed when a module cannot be loaded.
 */
export async function startTasks(
  startMachine: StartMachine,
  options: TaskRunnerOptions,
): Promise<TaskRunner> {
  expectFunction(
    'the first argument of startTasks, startLive of @smpnet/machine/live,',
    startMachine,
  )
  const shape = checkShape(options)
  const modules = options.modules.map(moduleUrl)
  const boot = options.boot ?? bootUrl()
  let names: TaskExports = []
  let board!: BoardHandle
  const machine = await startMachine<TaskBootArgs>({
    cpus: options.cpus,
    memoryBytes: shape.memoryBytes,
    boot,
    ...(options.worker !== undefined && { worker: options.worker }),
    setup: ({ arena }) => {
      board = TaskBoard.place(arena, shape)
      return { board, modules }
    },
    onReport: (_cpu, value) => (names = value as TaskExports),
  })
  return new TaskRunner(machine, board, namesToNumbers(modules, names), shape.mostWaiting)
}

/**
 * Runs functions on other CPUs: what they are called with and what they return go through shared
 * memory, and a message is posted for neither. Used by the thread that started it.
 *
 * A call takes a free place of the `TaskBoard`, fills it and puts it there; with no place free it
 * waits in a queue of this object, which has a bound. As long as tasks are under way one loop takes
 * results (`#reap`): it spins for a while, since a short task is done before a thread could sleep,
 * then awaits the board's word, and gives the event loop a turn now and then. Each result frees a
 * place, and the next waiting call is sent with it.
 *
 * A call that is called off rejects at once, but its place stays taken until a CPU has seen that:
 * only then may another task's bytes be written there. When the machine stops or fails, all calls
 * reject with the reason.
 */
export class TaskRunner {
  readonly #board: TaskBoard
  readonly #td: Waiter
  readonly #free: Address[]
  readonly #asked = new Map<Address, Asked>()
  readonly #waiting = new Fifo<Asked>()
  readonly #room = new Fifo<() => void>()
  readonly #writer: ValueWriter
  readonly #bytes: Uint8Array
  readonly #reader: ValueReader
  readonly #budget = new SpinBudget()
  #isReaping = false
  #lost: unknown

  constructor(
    readonly machine: LiveMachine,
    handle: BoardHandle,
    readonly functions: ReadonlyMap<string, number>,
    readonly mostWaiting: number,
  ) {
    const { memory, lot } = machine.here
    this.#board = new TaskBoard(memory, handle)
    this.#td = lot.waiter()
    this.#free = this.#board.places().reverse()
    this.#writer = new ValueWriter(handle.payloadBytes)
    this.#bytes = new Uint8Array(handle.payloadBytes)
    this.#reader = new ValueReader(this.#bytes)
    machine.stopped.then(
      () => this.#lose(new TaskLost('the runner was stopped before the task had ended')),
      (error: unknown) => this.#lose(error),
    )
  }

  /** Tasks that have been asked for and have not ended. */
  get pending(): number {
    return this.#asked.size + this.#waiting.length
  }

  /**
   * Runs function `name` of `module`, which is among the modules that the runner was started with,
   * and resolves to what it returns. Rejects with what it throws; with the signal's reason; with
   * CannotSend for arguments or results that are not plain data or too large; with TooManyTasks;
   * and with TaskLost or CpuFailed when the runner ends first.
   */
  run(
    module: string | URL,
    name: string,
    args: readonly unknown[] = [],
    options: TaskOptions = {},
  ): Promise<unknown> {
    const what = this.functions.get(key(module, name))
    if (what === undefined) return Promise.reject(this.#unknown(module, name))
    return this.#ask(what, args, options)
  }

  /** The same function again and again. Throws a RangeError for a function that is not there. */
  bind(module: string | URL, name: string) {
    const what = this.functions.get(key(module, name))
    if (what === undefined) throw this.#unknown(module, name)
    return (args: readonly unknown[] = [], options: TaskOptions = {}): Promise<unknown> =>
      this.#ask(what, args, options)
  }

  /** Resolves when a task can be sent at once: for callers that would rather wait than queue. */
  room(): Promise<void> {
    if (this.#free.length > 0) return Promise.resolve()
    return new Promise((resolve) => this.#room.push(resolve))
  }

  /** Ends the CPUs; tasks that have not ended are rejected with TaskLost. */
  async stop(): Promise<void> {
    await this.machine.stop()
  }

  #ask(what: number, args: readonly unknown[], options: TaskOptions): Promise<unknown> {
    try {
      checkTask(args, options)
    } catch (error) {
      return Promise.reject(error)
    }
    const { signal } = options
    if (this.#lost !== undefined) return Promise.reject(this.#lost)
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.#waiting.length >= this.mostWaiting) return Promise.reject(this.#tooMany())
    return new Promise((resolve, reject) => {
      const asked = { what, args, signal, resolve, reject, forget: undefined }
      if (this.#free.length > 0) this.#send(asked)
      else this.#waiting.push(asked)
    })
  }

  #send(asked: Asked): void {
    const { machine } = this
    const board = this.#board
    const place = this.#free.pop()!
    try {
      const length = asked.args.length === 0 ? 0 : this.#writer.encode(asked.args)
      board.fill(place, QUEUED, asked.what, this.#writer.bytes, length)
    } catch (error) {
      this.#free.push(place)
      asked.reject(error)
      return
    }
    this.#asked.set(place, asked)
    if (asked.signal !== undefined) this.#listen(asked, asked.signal, place)
    board.put(place)
    const { lot } = machine.here
    if (!board.tryCall(lot)) block(this.#td, board.call(lot))
    if (!this.#isReaping) void this.#reap()
  }

  /** A task that is called off rejects at once; its place comes back when a CPU has seen it. */
  #listen(asked: Asked, signal: AbortSignal, place: Address): void {
    const abort = (): void => {
      if (!this.#board.move(place, QUEUED, CANCELLED)) this.#board.cancelRunning(place)
      asked.reject(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
    asked.forget = () => signal.removeEventListener('abort', abort)
  }

  /** Takes results for as long as tasks are under way; only one call at a time is. */
  async #reap(): Promise<void> {
    this.#isReaping = true
    await null
    for (let drains = 1; this.#asked.size > 0 && this.#lost === undefined; drains++) {
      if (this.#drain() || this.#spin()) await (drains % DRAINS_PER_LOOP ? null : eventLoopTurn())
      else await awaiting(this.#td, this.#board.waitForDone(this.#td))
    }
    this.#isReaping = false
  }

  #spin(): boolean {
    for (let turn = this.#budget.turns(); turn > 0; turn--) {
      if (this.#board.isDoneEmpty) continue
      this.#budget.hit()
      return true
    }
    this.#budget.miss()
    return false
  }

  #drain(): boolean {
    let place = this.#board.takeDone()
    if (place === NIL) return false
    while (place !== NIL) {
      const next = this.#board.after(place)
      this.#take(place)
      place = next
    }
    while (this.#free.length > 0 && this.#waiting.length > 0) this.#sendNext()
    if (this.#free.length > 0) this.#room.shift()?.()
    return true
  }

  #take(place: Address): void {
    const board = this.#board
    const asked = this.#asked.get(place)!
    const state = board.stateOf(place)
    this.#asked.delete(place)
    asked.forget?.()
    if (state !== CANCELLED) {
      const length = board.bytesOf(place, this.#bytes)
      const value = length === 0 ? undefined : this.#reader.decode()
      if (state === RETURNED) asked.resolve(value)
      else asked.reject(value)
    }
    this.#free.push(place)
  }

  #sendNext(): void {
    const asked = this.#waiting.shift()!
    if (asked.signal?.aborted) asked.reject(asked.signal.reason)
    else this.#send(asked)
  }

  #lose(error: unknown): void {
    this.#lost = error
    for (const asked of this.#asked.values()) asked.reject(error)
    this.#asked.clear()
    for (let asked = this.#waiting.shift(); asked; asked = this.#waiting.shift()) {
      asked.reject(error)
    }
    for (let room = this.#room.shift(); room; room = this.#room.shift()) room()
  }

  #unknown(module: unknown, name: unknown): RangeError {
    const known = [...this.functions.keys()].join(', ')
    return new RangeError(`a task runner has the functions ${known}: ${key(module, name)} came`)
  }

  #tooMany(): TooManyTasks {
    return new TooManyTasks(`up to ${this.mostWaiting} tasks wait to be sent: one more came`)
  }
}

/** Throws a TypeError, before a place is taken, for what no task can be asked with. */
function checkTask(args: readonly unknown[], options: TaskOptions): void {
  if (!Array.isArray(args)) {
    throw new TypeError(`the arguments of a task are a list: ${came(args)} came`)
  }
  expectOptions('a task', options)
  const { signal } = options
  if (signal === undefined) return
  expectMethods('signal', signal, ['addEventListener', 'removeEventListener'])
}

function namesToNumbers(modules: readonly string[], names: TaskExports): Map<string, number> {
  const keys = modules.flatMap((module, i) => names[i]!.map((name) => key(module, name)))
  return new Map(keys.map((each, number) => [each, number]))
}

function key(module: unknown, name: unknown): string {
  return `${String(module)}#${String(name)}`
}

/** Beside this file in a built package, which also serves tests of the source tree. */
function bootUrl(): URL {
  const here: string | undefined = import.meta.url
  if (here !== undefined) {
    return new URL(here.endsWith('.ts') ? '../dist/task-boot.js' : './task-boot.js', here)
  }
  throw new TypeError(
    'CPUs boot by task-boot.js in dist of @smpnet/tasks, and this module does not know where it ' +
      'is, as in a bundle: tell its URL by the option `boot`',
  )
}

/** Throws a TypeError for what is no absolute URL: tasks are found from the CPUs' own modules. */
function moduleUrl(module: unknown): string {
  if (module instanceof URL) return module.href
  if (typeof module === 'string' && URL.canParse(module)) return module
  throw new TypeError(
    `modules of a task runner are absolute URLs, as of new URL('./jobs.mjs', import.meta.url): ` +
      `${came(module)} came`,
  )
}
