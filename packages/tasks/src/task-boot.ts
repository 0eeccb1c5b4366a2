import type { Cpu, Executive } from '@smpnet/machine'
import { type Address, NIL } from '@smpnet/memory'
import { type Waiting, YIELD } from '@smpnet/park'
import { Scheduler, type Thread } from '@smpnet/scheduler'
import { askWhetherCancelled } from './is-cancelled.ts'
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

type Task = (...args: unknown[]) => unknown

/** Tasks after which the machine looks whether it should stop. */
const TASKS_PER_LOOK = 32

/**
 * Loads the modules and serves tasks: the module that a runner's CPUs boot. Each CPU has a
 * scheduler with one thread, which takes tasks from the board as long as there are any and parks
 * when there is none. A task is a plain call and runs to its end; what it throws is its answer.
 */
export default async function boot(cpu: Cpu, args: TaskBootArgs): Promise<Executive> {
  const modules = await Promise.all(args.modules.map((url) => import(url) as Promise<object>))
  const functions = modules.map((module) =>
    Object.entries(module).filter(([, value]) => typeof value === 'function'),
  )
  cpu.report(functions.map((list) => list.map(([name]) => name)) satisfies TaskExports)
  const tasks = functions.flat().map(([, task]) => task as Task)
  const server = new TaskServer(new TaskBoard(cpu.memory, args.board), tasks)
  const scheduler = new Scheduler(cpu)
  scheduler.spawn((td) => server.serve(td as Thread), { name: 'tasks' })
  return scheduler
}

/** Runs tasks on one CPU, one after another, each to its end. */
class TaskServer {
  readonly #writer: ValueWriter
  readonly #bytes: Uint8Array
  readonly #reader: ValueReader
  #place: Address = NIL

  constructor(
    readonly board: TaskBoard,
    readonly tasks: readonly Task[],
  ) {
    const { payloadBytes } = board.handle
    this.#writer = new ValueWriter(payloadBytes)
    this.#bytes = new Uint8Array(payloadBytes)
    this.#reader = new ValueReader(this.#bytes)
    askWhetherCancelled(() => board.stateOf(this.#place) === CANCELLED)
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
      if (board.move(place, QUEUED, RUNNING)) this.#run(place)
      yield* board.finish(place, td.lot)
      if (count % TASKS_PER_LOOK === 0) yield YIELD
    }
  }

  #run(place: Address): void {
    this.#place = place
    try {
      const args = this.board.bytesOf(place, this.#bytes) === 0 ? [] : this.#reader.decode()
      const result = this.tasks[this.board.whatOf(place)]!(...(args as unknown[]))
      if (result instanceof Promise) throw isAsync(result)
      this.#answer(place, RETURNED, result)
    } catch (error) {
      this.#fail(place, error)
    }
  }

  /** An error that cannot be sent as it is, for what it holds or its length, is sent in short. */
  #fail(place: Address, error: unknown): void {
    try {
      this.#answer(place, THREW, error)
    } catch {
      this.#answer(place, THREW, inShort(error, this.board.handle.payloadBytes >> 3))
    }
  }

  #answer(place: Address, state: number, value: unknown): void {
    const length = value === undefined ? 0 : this.#writer.encode(value)
    this.board.fill(place, state, 0, this.#writer.bytes, length)
  }
}

/** Without its stack, and with at most so many characters of its message and of its name. */
function inShort(error: unknown, length: number): Error {
  const short =
    error instanceof Error
      ? Object.assign(new Error(error.message.slice(0, length)), {
          name: error.name.slice(0, length),
        })
      : new CannotSend(`a task threw what cannot be sent: a ${typeof error}`)
  short.stack = ''
  return short
}

/** A promise can settle only on an event loop, and a CPU of tasks serves none. */
function isAsync(result: Promise<unknown>): CannotSend {
  result.catch(() => {})
  return new CannotSend('an async function came, and a task runs to its end at once')
}
