import type { Transferable } from 'node:worker_threads'
import type { Slice, SliceResult, SliceSpec } from './slice.ts'

/** What the function that runs one slice returns: the operations it did, or nothing to count. */
export type SliceCount = number | void

/** Runs one slice on a thread of a team. */
export type SliceRun = (slice: Slice) => SliceCount | Promise<SliceCount>

/** What a thread of a team knows of its team. */
export interface TeamThread {
  /** 0 … `threads` - 1. */
  readonly index: number
  readonly threads: number
  /** Gives every thread what every thread brought, by index; for addresses and port numbers. */
  exchange<T>(value: T): Promise<T[]>
}

/**
 * The exported function that a thread of a team starts with. It sets the thread up once and returns
 * the function that runs each slice; a module is loaded in a worker of its own.
 */
export type ThreadMain<A> = (args: A, thread: TeamThread) => SliceRun | Promise<SliceRun>

/** One worker thread of a team: which function of which module, with which arguments. */
export interface ThreadSpec {
  /** The ES module's URL; a bench file may name itself with `import.meta.url`. */
  readonly module: string | URL
  /** Name of the exported `ThreadMain`. */
  readonly run: string
  /** Structured-cloneable; shared memory stays shared. */
  readonly args?: unknown
  /** What of `args` is transferred instead of copied. */
  readonly transfer?: readonly Transferable[]
}

/** A variant on worker threads that are kept from slice to slice. */
export interface TeamVariant {
  /** The threads, or a function that makes them when the bench starts. */
  readonly threads: readonly ThreadSpec[] | (() => readonly ThreadSpec[])
}

/** A variant on the thread that runs the bench: one operation per call, batched and calibrated. */
export type PlainVariant = () => unknown

/** Runs slices of one variant; the harness makes one for teams and for plain functions. */
export interface Runner {
  /** Runs one slice; rejects with a sentence when it cannot. */
  slice(spec: SliceSpec): Promise<SliceResult>
  /** Ends everything the runner started; never rejects, and may be called twice. */
  stop(): Promise<void>
}

/** A variant that drives something of its own, such as a machine that starts its own workers. */
export interface DrivenVariant {
  start(): Promise<Runner>
}

export type Variant = PlainVariant | TeamVariant | DrivenVariant

/** What is compared, and how its figures are to be read. */
export interface Suite {
  readonly name: string
  /** `time` shows nanoseconds per operation, `rate` operations per second; `time` by default. */
  readonly measure?: 'time' | 'rate'
  /** What is counted, in the singular: `op` by default; `B` for bytes. */
  readonly what?: string
  /** The variant that ratios are taken to; the first by default. */
  readonly baseline?: string
  readonly variants: Readonly<Record<string, Variant>>
}
