import type { Operation } from '../runtime/operation.ts'
import type { Event } from './event.ts'
import type { Failure } from './failure.ts'
import type { Buffers, ObjectNames, ViewInfo } from './objects.ts'
import type { DataRace, RaceDetector } from './races.ts'
import type { Thread } from './thread.ts'
import type { AgentScope } from '../runtime/state.ts'
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
  /** Of the execution that is running. */
  readonly detector: RaceDetector
  readonly races: RacePolicy
  /** How many threads die in one execution at most. */
  readonly deaths: number
  /** How many waits may time out in one execution; timers strike whatever this says. */
  readonly timeouts: number
  /** Waits with a timeout, by thread and number, where not all may time out. */
  readonly timed: Set<string>
  /** Threads that may die, by key, in the order in which they were first seen. */
  readonly mortals: Set<string>
  /** Is told of each step that is made; the recorder of a schedule listens here. */
  observer?: ((event: Event, operation: Operation, result: unknown) => void) | undefined
}

/** Which bytes an access is to. */
export interface Location {
  readonly object: number
  /** Of the first byte, in the buffer. */
  readonly offset: number
  /** Which granule of the buffer. */
  readonly at: number
  /** Which bytes of the granule. */
  readonly mask: number
}

/** Is told of accesses to memory, at a byte offset of their buffer, and may object to them. */
export interface Guard {
  access(thread: Thread, operation: Operation, event: Event, offset: number): void
  /** The access may come to be: what else would it touch? */
  foresee(thread: Thread, operation: Operation, event: Event, offset: number): void
}

/** A worker as the engine knows it. */
export interface WorkerScope extends AgentScope {
  /** Says as part of the step `event` of `by` that the worker is over, if it was not before. */
  died(execution: Core, by: Thread, event: Event, wasRunning: boolean): void
}

/** How a thread comes to be. */
export interface Birth {
  /** The thread that starts it; undefined for the threads of the setup. */
  readonly parent?: Thread | undefined
  /** The thread whose timeout it is. */
  readonly agent?: Thread
  /** The thread whose death it makes. */
  readonly dies?: Thread
  /** Whether it may die; like its parent unless said otherwise. */
  readonly isMortal?: boolean | undefined
  /** What a worker knows of itself; undefined for a thread that is none. */
  readonly scope?: WorkerScope | undefined
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
  readonly mailboxes: Map<Thread, (Waiter | Mail)[]>
  /** Ends that are none of the program's faults, although threads are stuck. */
  readonly accepted: readonly (() => boolean)[]
  /** Waits that may time out in this execution, if not all may. */
  readonly timely: readonly string[] | undefined
  /** Waits that have timed out, timers left out. */
  strikes: number
  /** The object that is changed when memory grows, and that each step looks at, or -1. */
  readonly lengths: number
  /** Steps made. */
  readonly length: number
  event(index: number): Event
  start(name: string, steps: Generator<unknown, unknown, unknown>, birth?: Birth): Thread
  access(thread: Thread, operation: Operation, event: Event): unknown
  locate(info: ViewInfo, operation: Operation): Location
  canResume(thread: Thread): boolean
  /** From now on, by an order of `by`, the thread may end wherever it is, and will. */
  end(thread: Thread, by: Thread): void
  fail(failure: Failure): void
}

/** A step on what is no memory, which says itself what it touches. */
export interface Act {
  /** As reports show it; empty for what explains nothing. */
  readonly text: string
  /** Whether nothing comes of it that the thread would have to wait for. */
  readonly isOwable?: boolean
  /** Whether it takes a letter, if there is one. */
  readonly receives?: boolean
  perform(execution: Core, thread: Thread, event: Event): Outcome
  /** What it would touch. */
  foresee(execution: Core, event: Event): void
  /** Whether the step could be made now; it can unless this says otherwise. */
  isAble?(): boolean
}

/** A step that is none but for its place in the order. */
export const NOTHING: Act = { text: '', perform: () => outcome(undefined), foresee() {} }

/** What lies in an agent's mailbox, besides promises that are settled. */
export interface Mail {
  readonly place: number
  /** Index of the step that put it there. */
  readonly notifiedBy: number
  /** The agent comes to it; what was done then, as reports show it. */
  take(event: Event): string
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
