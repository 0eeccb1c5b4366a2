import type { Address, Memory } from '@smpnet/memory'
import type { Lot } from '@smpnet/park'

/**
 * What a machine gives to the code of one CPU. The live machine makes one in each of its workers,
 * the simulated one makes all of them in one isolate; code above cannot tell which it has.
 */
export interface Cpu {
  /** Its number, from 0. */
  readonly id: number
  /** How many CPUs the machine has. */
  readonly cpus: number
  readonly memory: Memory
  /** The parking lot, as this CPU uses it. */
  readonly lot: Lot
  /** Nanoseconds since the machine started. Reading it costs what a clock read costs. */
  now(): number
  /**
   * Calls `ring` on this CPU, between two threads, when `delayNs` have passed. Never early; late
   * by as long as the CPU is busy.
   */
  alarm(delayNs: number, ring: () => void): Alarm
  /**
   * For a thread that is about to wait while nothing else is runnable here: spins while the word
   * at `at` is `value`, as long as that pays, and says whether it has changed. False at once
   * where spinning cannot pay, as in simulated time.
   */
  spinWhile(at: Address, value: number): boolean
  /** Hands a value to whoever started the machine; it must be cloneable. */
  report(value: unknown): void
  /** Something ended with an error and nobody here is told: fails the whole machine with it. */
  fail(error: unknown): void
  /** What it can do to other CPUs directly; none on a live machine, which has mailboxes only. */
  readonly peers?: Peers
}

/** What CPUs that share one isolate, those of a simulated machine, can do to each other. */
export interface Peers {
  /** CPU `target` looks for work if it is idle: it watches for that, and nothing is sent. */
  rouse(target: number): void
  /** Interrupts CPU `target`, which runs `handler` at one instant. Settle before. */
  ipi(target: number, handler: () => void): void
  /**
   * How far CPU `other` is: 0 itself, 1 a hyper-thread of the same core, 2 under the same
   * last-level cache, 3 in the same socket, 4 one hop away, 5 farther.
   */
  distance(other: number): number
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
   * Wakes the waiter at `entry`, whichever CPU of this isolate it belongs to: for an executive that
   * decides itself where what is woken will run. Called on the waker's CPU, settled, and instead of
   * `receive`; an executive without it is told of its own waiters only. True as for `receive`.
   */
  wake?: ((entry: number) => boolean) | undefined
  /** The timer interrupt: a slice of time has passed. */
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
