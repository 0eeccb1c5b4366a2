import type { Operation } from '../runtime/operation.ts'
import type { Event } from './event.ts'
import type { Failure } from './failure.ts'
import type { Buffers, ObjectNames } from './objects.ts'
import type { DataRace, RaceDetector } from './races.ts'
import type { Thread } from './thread.ts'
import type { Waiter, WaiterLists } from './waiters.ts'

/** What becomes of a data race: true makes it a failure. */
export type RacePolicy = (race: DataRace) => boolean

/** What stays the same from one execution of a program to the next. */
export interface Persistent {
  readonly names: ObjectNames
  /** Numbers of threads, by the thread that started them and how many it had started before. */
  readonly threadIds: Map<string, number>
  /** Steps of earlier executions, to be filled again. */
  readonly events: Event[]
  readonly races: RacePolicy
  /** Is told of each step that is made; the recorder of a schedule listens here. */
  observer?: ((event: Event, operation: Operation, result: unknown) => void) | undefined
}

/** Is told of accesses to memory, at a byte offset of their buffer, and may object to them. */
export interface Guard {
  access(thread: Thread, operation: Operation, event: Event, offset: number): void
}

/** What the parts of an execution know of the whole. */
export interface Core {
  readonly persistent: Persistent
  readonly threads: readonly (Thread | undefined)[]
  readonly buffers: Buffers
  readonly waiters: WaiterLists
  readonly races: RaceDetector
  readonly failures: readonly Failure[]
  /** Asked about each access to memory. */
  readonly guards: Guard[]
  /** What each sleeping thread sleeps in. */
  readonly sleeping: Map<Thread, Waiter>
  /** Outcomes that agents have not taken yet. */
  readonly mailboxes: Map<Thread, Waiter[]>
  /** Steps made. */
  readonly length: number
  event(index: number): Event
  start(
    name: string,
    steps: Generator<unknown, unknown, unknown>,
    parent?: Thread,
    agent?: Thread,
  ): Thread
  access(thread: Thread, operation: Operation, event: Event): unknown
  canResume(thread: Thread): boolean
  fail(failure: Failure): void
}

/** What a step came to, and whether the thread goes on with it now. */
export interface Outcome {
  readonly value: unknown
  readonly throws: boolean
  readonly resumes: boolean
}

export function outcome(value: unknown): Outcome {
  return { value, throws: false, resumes: true }
}

/** The thread does not go on: it sleeps, and its next step is to wake. */
export const SLEEPS: Outcome = { value: undefined, throws: false, resumes: false }
