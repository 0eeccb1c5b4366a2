import type { LiveMachine, LiveOptions } from '@smpnet/machine/live'
import { type Address, NIL } from '@smpnet/memory'
import { awaiting, finish, onAbort, SpinBudget, type Until, type Waiter } from '@smpnet/park'
import { checkStart, checkTask } from './check-task.ts'
import { TaskLost, TooManyTasks } from './errors.ts'
import { eventLoopTurn } from './event-loop-turn.ts'
import { Fifo } from './fifo.ts'
import { bootUrl, moduleUrl } from './module-urls.ts'
import {
  NOTICES_PER_INTERRUPT,
  type SharedNotice,
  SharedSender,
  TAKE_BUFFERS,
} from './shared-buffers.ts'
import { type BoardHandle, CANCELLED, QUEUED, RETURNED, TaskBoard } from './task-board.ts'
import type { TaskBootArgs, TaskExports } from './task-boot.ts'
import { checkShape, type TaskOptions, type TaskRunnerOptions } from './task-options.ts'
import { ValueReader } from './value-reader.ts'
import { ValueWriter } from './value-writer.ts'
import { WaitingTasks } from './waiting-tasks.ts'

/** Results taken in a row after which the event loop gets a turn. */
const DRAINS_PER_LOOP = 64

/** A task that was asked for. */
class Asked {
  /** Where it is on the board; NIL while it waits for a place. */
  place: Address = NIL
  /** Whether it was called off while it waited for a place. */
  isOver = false
  /** Hears its signal no more. */
  forget: (() => void) | undefined = undefined

  constructor(
    readonly what: number,
    readonly args: readonly unknown[],
    readonly resolve: (value: unknown) => void,
    readonly reject: (error: unknown) => void,
  ) {}
}

/** A function that can be a task; `Task` of `run` and `bind` says which it is, for their types. */
export type TaskFunction = (...args: never[]) => unknown

const DISPOSE: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')

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
  checkStart(startMachine, options)
  const shape = checkShape(options)
  const modules = options.modules.map(moduleUrl)
  const boot = options.boot ?? bootUrl(import.meta.url, 'task-boot.js', '@smpnet/tasks')
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
  // A loop that takes results keeps the process while tasks are under way.
  machine.unref()
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
 * reject with the reason, and the loop ends, which alone keeps the process.
 */
export class TaskRunner {
  readonly #board: TaskBoard
  readonly #td: Waiter
  readonly #free: Address[]
  readonly #asked = new Map<Address, Asked>()
  readonly #waiting = new WaitingTasks<Asked>()
  readonly #room = new Fifo<() => void>()
  readonly #writer: ValueWriter
  readonly #bytes: Uint8Array
  readonly #reader: ValueReader
  readonly #budget = new SpinBudget()
  readonly #end = new AbortController()
  readonly #untilEnd: Until = {
    deadlineMs: Number.POSITIVE_INFINITY,
    signal: this.#end.signal,
  }
  #isReaping = false
  #notices = 0
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
    const shared = new SharedSender((notice) => this.#post(notice))
    this.#writer = new ValueWriter(handle.payloadBytes, shared)
    this.#bytes = new Uint8Array(handle.payloadBytes)
    this.#reader = new ValueReader(this.#bytes, shared)
    machine.stopped.then(
      () => this.#lose(new TaskLost(STOPPED)),
      (error: unknown) => this.#lose(error),
    )
  }

  /** Tasks that have been asked for and have not ended. */
  get pending(): number {
    return this.#asked.size + this.#waiting.length
  }

  /**
   * Runs function `name` of `module`, which is among the modules that the runner was started with,
   * and resolves to what it returns, awaited if that is a promise. Rejects with what it throws;
   * with the signal's reason; with CannotSend for arguments or results that are not plain data or
   * too large; with TooManyTasks; with a TypeError for what are no arguments or options; and with
   * TaskLost or CpuFailed when the runner ends first.
   *
   *     const nine = await tasks.run<typeof import('./jobs.ts').square>(module, 'square', [3])
   */
  run<Task extends TaskFunction = (...args: unknown[]) => unknown>(
    module: string | URL,
    name: string,
    args?: Readonly<Parameters<Task>>,
    options: TaskOptions = {},
  ): Promise<Awaited<ReturnType<Task>>> {
    const what = this.functions.get(key(module, name))
    if (what === undefined) return Promise.reject(this.#unknown(module, name))
    return this.#ask(what, args, options) as Promise<Awaited<ReturnType<Task>>>
  }

  /** The same function again and again. Throws a RangeError for a function that is not there. */
  bind<Task extends TaskFunction = (...args: unknown[]) => unknown>(
    module: string | URL,
    name: string,
  ) {
    const what = this.functions.get(key(module, name))
    if (what === undefined) throw this.#unknown(module, name)
    return (
      args?: Readonly<Parameters<Task>>,
      options: TaskOptions = {},
    ): Promise<Awaited<ReturnType<Task>>> =>
      this.#ask(what, args, options) as Promise<Awaited<ReturnType<Task>>>
  }

  /**
   * Resolves when a task can be sent at once: for callers that would rather wait than queue. All
   * that wait are told together, and the first that send have the room. Resolves when the runner
   * has ended, too.
   */
  room(): Promise<void> {
    if (this.#free.length > 0 || this.#lost !== undefined) return Promise.resolve()
    return new Promise((resolve) => this.#room.push(resolve))
  }

  /** Ends the CPUs; tasks that have not ended are rejected with TaskLost. */
  async stop(): Promise<void> {
    this.#lose(new TaskLost(STOPPED))
    await this.machine.stop()
  }

  /** `stop`, at the end of a block of `await using`. */
  [DISPOSE](): Promise<void> {
    return this.stop()
  }

  #ask(what: number, args: readonly unknown[] = [], options: TaskOptions): Promise<unknown> {
    try {
      checkTask(args, options)
      options.signal?.throwIfAborted()
    } catch (error) {
      return Promise.reject(error)
    }
    if (this.#lost !== undefined) return Promise.reject(this.#lost)
    if (this.#waiting.length >= this.mostWaiting) return Promise.reject(this.#tooMany())
    return new Promise((resolve, reject) => {
      const asked = new Asked(what, args, resolve, reject)
      const { signal } = options
      if (signal !== undefined) this.#listen(asked, signal)
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
      asked.forget?.()
      asked.reject(error)
      return
    }
    asked.place = place
    this.#asked.set(place, asked)
    board.put(place)
    const { lot } = machine.here
    if (!board.tryCall(lot)) finish(this.#td, board.call(lot))
    if (!this.#isReaping) this.#reap().catch((error: unknown) => this.#lose(error))
  }

  /**
   * A task that is called off rejects at once. While it waits for a place that is all; on the
   * board, its place comes back when a CPU has seen it.
   */
  #listen(asked: Asked, signal: AbortSignal): void {
    asked.forget = onAbort(signal, () => {
      const { place } = asked
      asked.forget?.()
      asked.reject(signal.reason)
      if (place === NIL) this.#waiting.callOff(asked)
      else if (!this.#board.move(place, QUEUED, CANCELLED)) this.#board.cancelRunning(place)
    })
  }

  #post(notice: SharedNotice): void {
    const { machine } = this
    machine.post(notice)
    if (++this.#notices % NOTICES_PER_INTERRUPT !== 0) return
    for (let cpu = 0; cpu < machine.handle.cpus; cpu++) machine.here.raise(cpu, TAKE_BUFFERS)
  }

  /** Takes results for as long as tasks are under way; only one call at a time is. */
  async #reap(): Promise<void> {
    this.#isReaping = true
    await null
    for (let drains = 1; this.#asked.size > 0 && this.#lost === undefined; drains++) {
      if (this.#drain() || this.#spin()) await (drains % DRAINS_PER_LOOP ? null : eventLoopTurn())
      else await awaiting(this.#td, this.#board.waitForDone(this.#td, this.#untilEnd))
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
    while (this.#free.length > 0 && this.#waiting.length > 0) this.#send(this.#waiting.shift()!)
    if (this.#free.length > 0) this.#tellRoom()
    return true
  }

  #take(place: Address): void {
    const board = this.#board
    const asked = this.#asked.get(place)!
    const state = board.stateOf(place)
    this.#asked.delete(place)
    asked.forget?.()
    if (state !== CANCELLED) this.#settle(asked, place, state)
    this.#free.push(place)
  }

  #settle(asked: Asked, place: Address, state: number): void {
    try {
      const length = this.#board.bytesOf(place, this.#bytes)
      const value = length === 0 ? undefined : this.#reader.decode()
      if (state === RETURNED) asked.resolve(value)
      else asked.reject(value)
    } catch (error) {
      asked.reject(error)
    }
  }

  #tellRoom(): void {
    for (let room = this.#room.shift(); room; room = this.#room.shift()) room()
  }

  /** Ends everything that is pending, for the reason that comes first. */
  #lose(error: unknown): void {
    this.#lost ??= error
    for (const asked of this.#asked.values()) this.#drop(asked)
    this.#asked.clear()
    for (let asked = this.#waiting.shift(); asked; asked = this.#waiting.shift()) this.#drop(asked)
    this.#tellRoom()
    this.#end.abort()
  }

  #drop(asked: Asked): void {
    asked.forget?.()
    asked.reject(this.#lost)
  }

  #unknown(module: unknown, name: unknown): RangeError {
    const known = [...this.functions.keys()].join(', ')
    return new RangeError(`a task runner has the functions ${known}: ${key(module, name)} came`)
  }

  #tooMany(): TooManyTasks {
    return new TooManyTasks(`up to ${this.mostWaiting} tasks wait to be sent: one more came`)
  }
}

function namesToNumbers(modules: readonly string[], names: TaskExports): Map<string, number> {
  const keys = modules.flatMap((module, i) => names[i]!.map((name) => key(module, name)))
  return new Map(keys.map((each, number) => [each, number]))
}

function key(module: unknown, name: unknown): string {
  return `${String(module)}#${String(name)}`
}

const STOPPED = 'the runner was stopped before the task had ended'
