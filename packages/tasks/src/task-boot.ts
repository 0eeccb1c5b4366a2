import type { Cpu, Executive } from '@smpnet/machine'
import { type Address, NIL } from '@smpnet/memory'
import { finish, type Waiting, YIELD } from '@smpnet/park'
import { Scheduler, type Thread } from '@smpnet/scheduler'
import { askWhetherCancelled } from './is-cancelled.ts'
import { isPromise } from './is-promise.ts'
import { CannotSend } from './errors.ts'
import {
  type BoardHandle,
  CANCELLED,
  QUEUED,
  RETURNED,
  RUNNING,
  TaskBoard,
  THREW,
} from './task-board.ts'
import { SharedReceiver, TAKE_BUFFERS } from './shared-buffers.ts'
import { ValueReader } from './value-reader.ts'
import { ValueWriter } from './value-writer.ts'

/** What a CPU of a task runner is told. */
export interface TaskBootArgs {
  readonly board: BoardHandle
  /** The modules whose functions it runs. */
  readonly modules: readonly string[]
}

/**
 * What it reports: the names of the functions that each module exports, in the same order on all
 * CPUs.
 */
export type TaskExports = readonly (readonly string[])[]

/** A function of a module, and how it is named where it has failed. */
interface Task {
  readonly run: (...args: unknown[]) => unknown
  readonly place: string
}

/** Tasks after which the machine looks whether it should stop. */
const TASKS_PER_LOOK = 32

/**
 * Loads the modules and serves tasks: the module that a runner's CPUs boot. Each CPU has a
 * scheduler with one thread, which takes tasks from the board as long as there are any and parks
 * when there is none. A task runs to its end before the next; what it throws is its answer.
 *
 * A CPU blocks its worker, since that wakes soonest. Only while a task awaits something, which its
 * CPU learns from the promise that the task returns, the worker serves its event loop.
 */
export default async function boot(cpu: Cpu, args: TaskBootArgs): Promise<Executive> {
  const modules = await Promise.all(args.modules.map((url) => import(url) as Promise<object>))
  const functions = modules.map((module) =>
    Object.entries(module).filter(([, value]) => typeof value === 'function'),
  )
  cpu.report(functions.map((list) => list.map(([name]) => name)) satisfies TaskExports)
  const tasks = functions.flatMap((list, i) =>
    list.map(([name, run]) => ({ run, place: `${name} (${args.modules[i]})` }) as Task),
  )
  const server = new TaskServer(cpu, new TaskBoard(cpu.memory, args.board), tasks)
  const scheduler = new Scheduler(cpu)
  scheduler.spawn((td) => server.serve(td as Thread), { name: 'tasks' })
  return Object.assign(scheduler, { awaits: () => server.isAwaiting })
}

/** Runs tasks on one CPU, one after another, each to its end. */
class TaskServer {
  readonly #writer: ValueWriter
  readonly #bytes: Uint8Array
  readonly #reader: ValueReader
  #place: Address = NIL
  /** What the task under way has returned, while it is not settled. */
  #promise: PromiseLike<unknown> | undefined

  constructor(
    readonly cpu: Cpu,
    readonly board: TaskBoard,
    readonly tasks: readonly Task[],
  ) {
    const { payloadBytes } = board.handle
    const shared = new SharedReceiver(() => cpu.messages?.() ?? [])
    cpu.onInterrupt(TAKE_BUFFERS, () => shared.take())
    this.#writer = new ValueWriter(payloadBytes, shared)
    this.#bytes = new Uint8Array(payloadBytes)
    this.#reader = new ValueReader(this.#bytes, shared)
    askWhetherCancelled(() => board.stateOf(this.#place) === CANCELLED)
  }

  /** Whether the task under way waits for a promise. */
  get isAwaiting(): boolean {
    return this.#promise !== undefined
  }

  *serve(td: Thread): Waiting {
    const { board } = this
    for (let count = 1, wasCalled = false; ; count++) {
      const place = board.take()
      if (place === NIL) {
        wasCalled = yield* board.waitForTask(td)
        continue
      }
      if (wasCalled) yield* board.passOn(td.lot)
      wasCalled = false
      if (board.move(place, QUEUED, RUNNING)) this.#run(td, place)
      if (this.#promise !== undefined) yield* board.waitForSettled(td, place)
      yield* board.finish(place, td.lot)
      if (count % TASKS_PER_LOOK === 0) yield YIELD
    }
  }

  #run(td: Thread, place: Address): void {
    const task = this.tasks[this.board.whatOf(place)]!
    this.#place = place
    try {
      const args = this.board.bytesOf(place, this.#bytes) === 0 ? [] : this.#reader.decode()
      const { run } = task
      const result = run(...(args as unknown[]))
      if (isPromise(result)) this.#await(td, place, task, result)
      else this.#return(place, task, result)
    } catch (error) {
      this.#fail(place, task, error)
    }
  }

  /** The thread parks until the promise is settled, and its answer is there. */
  #await(td: Thread, place: Address, task: Task, promise: PromiseLike<unknown>): void {
    const settle = (): void => {
      this.#promise = undefined
      finish(td, this.board.settle(place, td.lot))
    }
    this.#promise = promise
    Promise.resolve(promise)
      .then((result) => this.#return(place, task, result))
      .catch((error: unknown) => this.#fail(place, task, error))
      .then(settle, (error: unknown) => this.cpu.fail(error))
  }

  #return(place: Address, task: Task, result: unknown): void {
    try {
      this.#answer(place, RETURNED, result)
    } catch (error) {
      throw error instanceof CannotSend ? at(task, error) : error
    }
  }

  /** Whatever was thrown, there is an answer: an error that says so, if it cannot be sent. */
  #fail(place: Address, task: Task, error: unknown): void {
    try {
      this.#answer(place, THREW, error)
    } catch {
      const kind = `a task threw what cannot be sent: ${kindOf(error)}`
      this.#answer(place, THREW, at(task, new CannotSend(kind)))
    }
  }

  #answer(place: Address, state: number, value: unknown): void {
    const length = value === undefined ? 0 : this.#writer.encode(value)
    this.board.fill(place, state, 0, this.#writer.bytes, length)
  }
}

/** An error of the runner's own leads to the task that it is about. */
function at(task: Task, error: CannotSend): CannotSend {
  error.stack = `${error.name}: ${error.message}\n    at ${task.place}`
  return error
}

function kindOf(value: unknown): string {
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
