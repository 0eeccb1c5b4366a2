import { ILLEGAL } from '@smpnet/fsm'
import { type Address, type Memory, spin, spinNow, trySpin, unspin } from '@smpnet/memory'
import type { Waiting } from '@smpnet/park'
import type { PacketLinks } from '../protocols/protocol.ts'
import { WORK, WORKSTREAM } from '../shape/netisr-layout.ts'
import { WORKSTREAM_STATE } from './state-table.ts'
import { type WaitBound, WorkQueue } from './work-queue.ts'

/** By names of their own, since an engine does not look them up in the table each time, then. */
const { IDLE } = WORKSTREAM_STATE.state
const { signal: SIGNAL } = WORKSTREAM_STATE.action
const { isPending: IS_PENDING } = WORKSTREAM_STATE.guard
const LOCK = WORKSTREAM.offset.lock
const STATE = WORKSTREAM.offset.state
const PENDING = WORKSTREAM.offset.pending
const ASLEEP = WORKSTREAM.offset.asleep

/** What messages call the lock. */
export const WHAT = 'the lock of a workstream'

/** The words of a workstream, its lock, and the one function that changes its state. */
export class StreamWords {
  readonly queues: readonly WorkQueue[]

  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly id: number,
    readonly packets: PacketLinks,
    protocols: number,
    bound?: WaitBound,
  ) {
    this.queues = Array.from({ length: protocols }, (_, protocol) => {
      return new WorkQueue(memory, at + WORKSTREAM.size + protocol * WORK.size, packets, bound)
    })
  }

  /** The queue of a protocol. */
  queueOf(protocol: number): WorkQueue {
    return this.queues[protocol]!
  }

  /** The name of its state; for statistics. */
  state(): string {
    return WORKSTREAM_STATE.states[this.memory.load(this.at + STATE)]!
  }

  /** Does something in a section of its lock. Plain code. */
  underLock<T>(section: () => T): T {
    spinNow(this.memory, this.at + LOCK, WHAT)
    try {
      return section()
    } finally {
      this.unlock()
    }
  }

  /** Changes the state by an event's number, under the lock; the actions that come of it. */
  step(event: number): number {
    const { memory, at } = this
    const state = memory.load(at + STATE)
    const guards = this.isPending() ? IS_PENDING : 0
    const row = WORKSTREAM_STATE.step(state, event, guards)
    if (row === ILLEGAL) throw illegal(state, event)
    const next = WORKSTREAM_STATE.next(row)
    if (next !== state) memory.store(at + STATE, next)
    const actions = WORKSTREAM_STATE.actionsOf(row)
    if ((actions & SIGNAL) !== 0) memory.store(at + ASLEEP, 0)
    return actions
  }

  /** Whether a thread sees to what is here, or is about to. */
  isBusy(): boolean {
    return this.memory.load(this.at + STATE) !== IDLE
  }

  /** Whether a packet that is queued now has to wake the worker. Under the lock. */
  isToWake(): boolean {
    return this.memory.load(this.at + STATE) === IDLE && this.isAsleep()
  }

  /** Whether the worker sleeps, or is about to. */
  isAsleep(): boolean {
    return this.memory.load(this.at + ASLEEP) === 1
  }

  /** Whether any queue has packets. Under the lock. */
  isPending(): boolean {
    return this.memory.read(this.at + PENDING) !== 0
  }

  /**
   * False when another has the lock. It does not ask again whether simulated time has caught up: a
   * section is at one instant.
   */
  tryLock(): boolean {
    return this.memory.compareExchange(this.at + LOCK, 0, this.memory.holder) === 0
  }

  /** The same of a caller that has not settled. */
  trySettledLock(): boolean {
    return trySpin(this.memory, this.at + LOCK)
  }

  /** For a thread that can wait. */
  *lock(): Waiting {
    if (!this.trySettledLock()) yield* spin(this.memory, this.at + LOCK)
  }

  unlock(): void {
    unspin(this.memory, this.at + LOCK)
  }
}

function illegal(state: number, event: number): Error {
  const { states, events } = WORKSTREAM_STATE
  return new Error(WORKSTREAM_STATE.sentence(states[state]!, events[event]!))
}
