import { Changes } from '../runtime/changes.ts'
import { OP, Operation } from '../runtime/operation.ts'
import type { AgentScope, Job, RunningThread } from '../runtime/state.ts'

export type ThreadStatus = 'running' | 'finished' | 'failed' | 'died'

/** One thread of one execution. */
export class Thread implements RunningThread {
  readonly changes = new Changes()
  readonly jobs: Job[] = []
  readonly nextTicks: Job[] = []
  readonly rejected: { readonly isHandled: boolean; readonly value: unknown }[] = []
  lastTask: object | undefined
  awaitedFromOutside = 0
  listening = 0
  readonly owed: Operation[] = []
  readonly starting: unknown[] = []
  readonly atExit: unknown[] = []
  listensAt = 0
  ticks = 0
  randomState = 0

  /** Whether its function has returned, or need not be told apart from what follows. */
  hasReturned: boolean
  status: ThreadStatus = 'running'
  /** What its function returned, or threw. */
  result: unknown
  /** What it ends with when it has made the steps that it owes. */
  ending: { readonly status: 'finished' | 'failed'; readonly result: unknown } | undefined
  /** What it does next; meaningful while it runs. */
  operation = new Operation()
  /** Steps made. */
  sequence = 0
  /** Index of its last step, or of the step that started it, or -1. */
  lastEvent = -1
  /** Index of the step that made its next step possible, or -1. */
  enabledBy = -1
  /** Threads and buffers that it made. */
  spawned = 0
  buffers = 0
  inboxes = 0
  /** Waits with a timeout that it has begun. */
  timedWaits = 0
  /** The object that its steps look at and its death changes, or -1 if it does not die. */
  life = -1
  /** Index of the step that was its death, or -1. */
  diedAt = -1
  /** Its steps after which it had nothing to run until a promise is settled, by index. */
  readonly idleAfter: number[] = []

  constructor(
    /** The same number in every execution of one exploration. */
    readonly id: number,
    /** The same in every exploration: its place among the threads of the setup or of a thread. */
    readonly key: string,
    readonly name: string,
    /** Its function; when that has returned, what is left to do. */
    public steps: Generator<unknown, unknown, unknown>,
    /** For the timeout of a `waitAsync`, the thread that waits. */
    readonly agent: Thread | undefined = undefined,
    /** Index of the step that started it, or -1. */
    readonly origin = -1,
    readonly isMortal = false,
    readonly scope: AgentScope | undefined = undefined,
  ) {
    this.lastEvent = origin
    this.enabledBy = origin
    this.hasReturned = scope !== undefined
  }

  /** Whether it only serves others: a timeout, a courier, an undertaker, what ends a worker. */
  get isHelper(): boolean {
    return this.agent !== undefined || this.key.endsWith('x') || this.operation.kind === OP.die
  }

  /**
   * For a timeout, the step after which it can strike, or -1 if that is still to come. Timeouts are
   * jobs of their agent, so the job that began to wait has to end first.
   */
  get canStrikeAfter(): number {
    return this.agent?.idleAfter.find((index) => index >= this.origin) ?? -1
  }
}
