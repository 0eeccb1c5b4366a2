import type { Address, Interrupt, Memory, Waiting } from '@smpnet/memory'
import type { Lot } from '@smpnet/park'
import type { Handler } from './handlers.ts'

/**
 * What a machine gives to the code of one CPU. The live machine makes one in each of its workers,
 * the simulated one makes all of them in one isolate. Both are complete: code above needs not know
 * which it has, but for `threadsMove`.
 *
 * Code runs on a CPU in one of two ways. An `Executive` runs threads, which may wait. Between two
 * of its runs come interrupts: what the handlers of `onInterrupt` and the alarms do. They are given
 * an `Interrupt`, the token by which a function knows that it must not wait.
 */
export interface Cpu {
  /** Its number, from 0. */
  readonly id: number
  /** How many CPUs the machine has. */
  readonly cpus: number
  readonly memory: Memory
  /** The parking lot, as this CPU uses it. */
  readonly lot: Lot
  /**
   * Whether a thread may move to another CPU: those of a simulated machine share an isolate, so
   * that its object is everywhere the same; those of a live one do not.
   */
  readonly threadsMove: boolean
  /** Nanoseconds since the machine started. Reading it costs what a clock read costs. */
  now(): number
  /**
   * The same, unrounded and for nothing: for what watches the machine and is no part of it, so that
   * a simulated run is the same whether it is watched. Where it is missing, watchers read `now`.
   */
  instant?(): number
  /**
   * Calls `ring` on this CPU, as an interrupt, when `delayNs` have passed. Never early; late by as
   * long as the CPU is busy. Throws a RangeError for a delay that is none.
   */
  alarm(delayNs: number, ring: (irq: Interrupt) => void): Alarm
  /**
   * Has `handler` run on this CPU whenever `vector` was raised here. Throws a RangeError for what
   * is no vector, and an Error for one that has a handler already.
   */
  onInterrupt(vector: number, handler: Handler): void
  /**
   * Interrupts CPU `target`, which may be this one: sets the bit of `vector` in its word of pending
   * vectors and gets its attention. Raises that come before the target has looked are one. Called
   * settled; what the handler is to find must have been written before. Throws a RangeError for a
   * CPU or a vector that there is none of.
   */
  raise(target: number, vector: number): void
  /**
   * Waits until every CPU of `targets` has passed through an interrupt: a fence. This CPU may be
   * among them. One at a time, so that others wait for it, and a CPU that has died is not waited
   * for. Throws a RangeError for a CPU that there is none of.
   */
  rendezvous(targets: readonly number[]): Waiting
  /**
   * Says from when on a wake by another CPU interrupts this one: for a waiter whose priority, the
   * `own` or the `lent` of its entry, is below `limit`. Others stay in the mailbox until the
   * executive gives the CPU back, or the next tick. Every wake interrupts until it was said. On a
   * live machine, where a thread runs until it yields, it makes no difference.
   */
  interruptBelow(limit: number): void
  /**
   * How far CPU `other` is: 0 itself, 1 a hyper-thread of the same core, 2 under the same
   * last-level cache, 3 in the same socket, 4 one hop away, 5 farther. A live machine does not know
   * more than 0 and 2. Throws a RangeError for a CPU that there is none of.
   */
  distance(other: number): number
  /**
   * For a thread that is about to wait while nothing else is runnable here: spins while the word
   * at `at` is `value` and that at `orAt` is `orValue`, as long as that pays, and says whether one
   * has changed. False at once where spinning cannot pay, as in simulated time.
   */
  spinWhile(at: Address, value: number, orAt?: Address, orValue?: number): boolean
  /**
   * For how long a simulated thread does the same, a look after the other, in ns: 0 where it sleeps
   * at once. A live machine's threads spin by `spinWhile`, and it says 0.
   */
  readonly watchNs: number
  /**
   * Code of this CPU has overrun another: it throws away what it makes, until the word at `at`,
   * which is `value`, has changed. A live CPU that sees no change soon after sleeps for a little:
   * the other may wait for the very core that this one runs on (see `OwedCore`). A simulated CPU
   * is never without its core.
   */
  overrun(at: Address, value: number): void
  /** Hands a value to the thread that started the machine; it must be cloneable. */
  report(value: unknown): void
  /**
   * What that thread has posted to all CPUs since this CPU asked last, in order. Never waits: what
   * was posted before something was written in memory is there when that is seen. Live only.
   */
  messages?(): unknown[]
  /** Something ended with an error and nobody here is told: fails the whole machine with it. */
  fail(error: unknown): void
}

/** An alarm that was set. */
export interface Alarm {
  /** After this it does not ring. Does nothing when it has rung. */
  cancel(): void
}

/** What runs on a CPU; the scheduler is one. The machine calls it, and only on its own CPU. */
export interface Executive {
  /** Runs what there is to run until the machine should look at its events, and says what next. */
  run(): Step
  /**
   * The waiter at `entry`, which belongs to this CPU, was woken. True when it is more urgent than
   * what runs now.
   */
  receive(entry: number): boolean
  /**
   * CPU `dead` has ended, is buried, and posts nothing any more; what it had posted was received.
   * The waiters of this CPU that it had taken from their queues, and has not posted, are woken.
   */
  adopt?: ((dead: number) => void) | undefined
  /**
   * Wakes the waiter at `entry`, whichever CPU of this isolate it belongs to: for an executive that
   * decides itself where what is woken will run. Called on the waker's CPU, settled, and instead of
   * `receive`; an executive without it is told of its own waiters only. True as for `receive`.
   */
  wake?: ((entry: number) => boolean) | undefined
  /**
   * Code of this CPU has posted the waiter at `entry` into the mailbox of another CPU. For what
   * watches; called for each post where it is there.
   */
  posted?: ((entry: number) => void) | undefined
  /**
   * A simulated CPU has taken the waiter at `entry` out of its mailbox, and calls `receive` next.
   * For what watches.
   */
  fetched?: ((entry: number) => void) | undefined
  /**
   * Whether something here waits for a promise: a live CPU then serves its event loop, without
   * blocking it, until nothing does. A simulated CPU has no such loop.
   */
  awaits?: (() => boolean) | undefined
  /** The timer interrupt: a slice of time has passed. What is in the mailbox was received. */
  tick(): void
  /**
   * How many turns of its idle loop a simulated CPU that falls idle now watches for work, before it
   * sleeps and takes longer to come back. As the machine's profile has it where this is undefined;
   * a live CPU learns by itself what pays.
   */
  readonly idleTurns?: number | undefined
}

/** What an executive says when it gives its CPU back: a number, as it happens at every switch. */
export type Step = number

/** There is more to run. */
export const BUSY: Step = 0
/** Nothing is runnable until something is received or an alarm rings. */
export const IDLE: Step = 1
/** What runs has run ahead of other CPUs and must wait for simulated time. Never live. */
export const AHEAD: Step = 2

/** Sets a CPU up: called once on each CPU, with the arguments given to the machine. */
export type Boot<Args = unknown> = (cpu: Cpu, args: Args) => Executive
