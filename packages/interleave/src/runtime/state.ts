import { Operation } from './operation.ts'

/** What a thread shows to the code that runs on it; the engine's thread extends it. */
export interface RunningThread {
  readonly name: string
  /** Changes to ordinary objects since the thread began, for telling idle loops from busy ones. */
  readonly changes: ChangeLog
  /** Callbacks of settled promises, first in, first out. */
  readonly jobs: Job[]
  /** What is to run before those callbacks, when a job has ended. */
  readonly nextTicks: Job[]
  /** The async function that went on last. */
  lastTask: object | undefined
  /** Promises that were rejected while nothing waited for them. */
  readonly rejected: { readonly isHandled: boolean; readonly value: unknown }[]
  /** Promises of `waitAsync` that are not settled yet, or not yet delivered. */
  awaitedFromOutside: number
  /** Ports and workers from which messages may come, and which keep the thread from ending. */
  listening: number
  /** Steps that code which cannot be suspended asked for, made before the thread's next one. */
  readonly owed: Operation[]
  /** Steps by which it begins to listen, made when it has nothing left to run. */
  readonly starting: unknown[]
  /** Where it asks to be told of what nobody catches, or 0. */
  listensAt: number
  /** Functions that the program would have called when the thread ends. */
  readonly atExit: unknown[]
  /** What it knows of itself if it is a worker. */
  readonly scope: AgentScope | undefined
  /** Deterministic stand-ins, one per thread so that no schedule can change what they give. */
  ticks: number
  randomState: number
}

/** What a worker finds in its world that other threads do not. */
export interface AgentScope {
  readonly parentPort: unknown
  readonly workerData: unknown
  /** Whether it finds the globals of a browser's worker, and not the modules of Node's. */
  readonly isWeb: boolean
  /** What its process looks like to it, by property. */
  readonly process: Readonly<Record<string, unknown>>
  /** Steps that the worker makes when nothing can come any more, with what it has thrown. */
  end(error?: { readonly thrown: unknown }): Generator<unknown, unknown, unknown>
}

/** What follows a settled promise: a callback of the source, the rest of an async function. */
export type Job =
  | (() => void)
  | { readonly steps: Generator<unknown, unknown, unknown> }
  | CallbackJob

export interface CallbackJob {
  readonly callback: unknown
  readonly self?: unknown
  readonly args: unknown[]
  /** What the callback's outcome settles. */
  readonly promise: {
    resolve(value: unknown): void
    settle(isFulfilled: boolean, v: unknown): unknown
  }
}

/** Whether everything written since a mark now holds what it held then. */
export interface ChangeLog {
  mark(): number
  /** Whether it is so for a round of `loop`. */
  isUndoneSince(mark: number, loop: object): boolean
  /** A change that cannot be looked up again. */
  note(): void
  noteProperty(target: object, key: PropertyKey, before: unknown): void
  /** A loop that began at mark `start` came round, with its variables changed or not. */
  noteRound(loop: object, start: number, hasChanged: boolean): void
  /** A generator goes on that was left at mark `exit`, or is new if that is -1. */
  noteDrive(steps: object, exit: number): void
  /** Generators that are being driven, outermost first. */
  readonly driven: object[]
}

/** What the engine offers to compiled code while one of its threads runs. */
export interface Host {
  /** How many steps all threads have made. */
  readonly length: number
  /** Whether what the running thread did since step `mark` could be left out of the execution. */
  isRemovable(mark: number): boolean
}

/** One per isolate, however many copies of this package are loaded into it. */
export interface RuntimeState {
  /** The access that the running thread is about to make. */
  pending: Operation
  /** The thread whose code is on the stack, if a checked one is. */
  thread: RunningThread | undefined
  host: Host | undefined
  /** The function without a compiled form that is being called, for explanations. */
  outside: string | undefined
  /** Where the innermost call was made, for functions that stand for a native one. */
  callPlace: number
  /** What the running async function awaits. */
  awaited: unknown
  /** The `new.target` of the compiled function that is entered next. */
  target: unknown
  /** Whether a program is being explored: then nothing waits, wakes or runs but what is chosen. */
  isExploring: boolean
  /** Inboxes that the setup of this execution has made. */
  inboxes: number
  /** Loads a worker's module, as steps; undefined where no loader is. */
  loadModule:
    | ((file: string | URL, text?: string) => Generator<unknown, unknown, unknown>)
    | undefined
  /** The first refusal of an exploration, whatever the program did with it. */
  refusal: Error | undefined
}

export const state: RuntimeState = ((globalThis as Record<symbol, unknown>)[
  Symbol.for('smpnet.interleave.state')
] ??= {
  pending: new Operation(),
  thread: undefined,
  host: undefined,
  outside: undefined,
  callPlace: 0,
  awaited: undefined,
  target: undefined,
  isExploring: false,
  inboxes: 0,
  loadModule: undefined,
  refusal: undefined,
} satisfies RuntimeState) as RuntimeState

/** What a compiled function yields to say that `state.pending` is its next step. */
export const STEP: unique symbol = Symbol.for('smpnet.interleave.step')
/** What a compiled async function yields to await `state.awaited`. */
export const AWAIT: unique symbol = Symbol.for('smpnet.interleave.await')
/** Under this key a function carries its compiled form. */
export const COMPILED: unique symbol = Symbol.for('smpnet.interleave.compiled')
