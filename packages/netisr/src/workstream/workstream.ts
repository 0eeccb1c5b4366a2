import { ILLEGAL } from '@smpnet/fsm'
import {
  type Address,
  breakFrom,
  holderOf,
  type Memory,
  NIL,
  spin,
  spinNow,
  trySpin,
  unspin,
} from '@smpnet/memory'
import { type Parking, SPIN, type Waiter, type Waiting } from '@smpnet/park'
import type { PacketLinks } from '../protocols/protocol.ts'
import { WORK, WORKSTREAM } from '../shape/netisr-layout.ts'
import { DONE, DROPPED, type Outcome, QUEUED, WAIT } from './outcome.ts'
import { WORKSTREAM_STATE } from './state-table.ts'
import { WorkQueue } from './work-queue.ts'

/** By names of their own, since an engine does not look them up in the table each time, then. */
const { IDLE, SCHEDULED, DISPATCHING } = WORKSTREAM_STATE.state
const { signal: SIGNAL, handle: HANDLE } = WORKSTREAM_STATE.action
const { isPending: IS_PENDING } = WORKSTREAM_STATE.guard
const { queue: QUEUE, dispatch: DISPATCH, work: WORKS, done: IS_DONE } = WORKSTREAM_STATE.event
const { handled: HANDLED, hybridDispatched: HYBRID_DISPATCHED } = WORK.offset
const LOCK = WORKSTREAM.offset.lock
const STATE = WORKSTREAM.offset.state
const PENDING = WORKSTREAM.offset.pending
const ASLEEP = WORKSTREAM.offset.asleep
const DISPATCHER = WORKSTREAM.offset.dispatcher

/** Of `tryNext`: nothing waits. No protocol. */
export const NOTHING = -1
/** Of `tryNext`: the lock is not to be had just now. No protocol. */
export const HELD = -2

/**
 * What one worker serves: a queue for each protocol, and the state that says which thread sees to
 * them (`WORKSTREAM_STATE`). Its spin lock protects all of it. Under it only the queue of the lot
 * is taken in which the worker sleeps; and that by trying, where the caller can come again.
 *
 * A worker that finds nothing says under the lock that it is asleep, and parks on that word. A
 * packet that schedules a worker which is asleep therefore sees so in the same section in which it
 * is appended. It gets hold of the worker's queue in the lot before it appends, so that from then
 * on nothing can fail, and takes and wakes the worker after it has let the workstream go: a worker
 * that runs at once finds it free. A worker that runs, spins, or was signalled already costs the
 * sender nothing: the same section sees that, too.
 */
export class Workstream {
  readonly #queues: readonly WorkQueue[]

  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly id: number,
    readonly packets: PacketLinks,
    protocols: number,
  ) {
    this.#queues = Array.from({ length: protocols }, (_, protocol) => {
      return new WorkQueue(memory, at + WORKSTREAM.size + protocol * WORK.size, packets)
    })
  }

  /** The queue of a protocol. */
  queueOf(protocol: number): WorkQueue {
    return this.#queues[protocol]!
  }

  /**
   * Appends a packet: QUEUED, DROPPED, or WAIT when a lock is not to be had. For a section whose
   * caller has settled before.
   */
  tryQueue(lot: Parking, protocol: number, packet: Address): Outcome {
    if (!this.#tryLock()) return WAIT
    let sleepers = NIL
    if (this.#isToWake()) {
      sleepers = lot.tryLockQueue(this.at)
      if (sleepers === NIL) {
        this.#unlock()
        return WAIT
      }
    }
    const outcome = this.#appendOver(lot, sleepers, protocol, packet)
    if (sleepers !== NIL) lot.wakeNow(this.#takeWorker(lot, sleepers))
    return outcome
  }

  /** The same for a thread that can wait for the locks. */
  *queue(lot: Parking, protocol: number, packet: Address): Waiting<Outcome> {
    const sleepers = yield* this.#enter(lot)
    const outcome = this.#appendOver(lot, sleepers, protocol, packet)
    if (sleepers !== NIL) yield* lot.wake(this.#takeWorker(lot, sleepers))
    return outcome
  }

  /** The same for an interrupt, which spins for the locks. */
  queueNow(lot: Parking, protocol: number, packet: Address): Outcome {
    spinNow(this.memory, this.at + LOCK, 'the lock of a workstream')
    const sleepers = this.#isToWake() ? lot.lockQueueNow(this.at) : NIL
    const outcome = this.#appendOver(lot, sleepers, protocol, packet)
    if (sleepers !== NIL) lot.wakeNow(this.#takeWorker(lot, sleepers))
    return outcome
  }

  /**
   * Lets the caller handle a packet, DONE, before `endDispatch`; queues it, QUEUED or DROPPED, when
   * others wait or are handled; WAIT when the lock is not to be had. For a section on its CPU whose
   * caller has settled before.
   */
  tryDispatch(protocol: number, packet: Address): Outcome {
    return this.#tryLock() ? this.#beginDispatch(protocol, packet) : WAIT
  }

  /** The same for a thread that can wait for the lock. */
  *dispatch(protocol: number, packet: Address): Waiting<Outcome> {
    if (!this.#tryLock()) yield* this.#lock()
    return this.#beginDispatch(protocol, packet)
  }

  /** Ends what `dispatch` began. `handled`: whether the packet was handled. */
  *endDispatch(lot: Parking, protocol: number, handled: boolean): Waiting {
    yield* this.#lock()
    const isAsleep = this.#isPending() && this.#isAsleep()
    // Its holder never waits for the workstream's lock: this is short.
    const sleepers = isAsleep ? lot.lockQueueNow(this.at) : NIL
    this.#endDispatch(protocol, handled)
    if (sleepers !== NIL) yield* lot.wake(this.#takeWorker(lot, sleepers))
  }

  /** The same for plain code. */
  endDispatchNow(lot: Parking, protocol: number, handled: boolean): void {
    spinNow(this.memory, this.at + LOCK, 'the lock of a workstream')
    const isAsleep = this.#isPending() && this.#isAsleep()
    const sleepers = isAsleep ? lot.lockQueueNow(this.at) : NIL
    this.#endDispatch(protocol, handled)
    if (sleepers !== NIL) lot.wakeNow(this.#takeWorker(lot, sleepers))
  }

  /** Waits until the worker is to run, and then it is RUNNING. For the worker. */
  *untilScheduled(td: Waiter): Waiting {
    const { memory, at } = this
    for (;;) {
      if (!this.#trySettledLock()) yield* spin(memory, at + LOCK)
      const mayHandle = (this.step(WORKS) & HANDLE) !== 0
      memory.store(at + ASLEEP, mayHandle ? 0 : 1)
      this.#unlock()
      if (mayHandle) return
      yield* td.lot.park(td, at, at + ASLEEP, 1)
    }
  }

  /**
   * Begins to take what waits, or goes on with it: the number of a protocol whose packets `taken`
   * gives; NOTHING, and then the worker is not RUNNING any more; or HELD, having done nothing.
   * `handled` packets of `protocol` have been handled. For the worker.
   */
  tryNext(protocol: number, handled: number): number {
    return this.#trySettledLock() ? this.#next(protocol, handled) : HELD
  }

  /** The same after HELD, for a thread that waits for the lock. */
  *next(protocol: number, handled: number): Waiting<number> {
    yield* spin(this.memory, this.at + LOCK)
    return this.#next(protocol, handled)
  }

  /** After `next`: all that waits for that protocol, and lets the lock go. */
  taken(protocol: number): Address {
    const pending = this.at + PENDING
    this.memory.write(pending, this.memory.read(pending) & ~(1 << protocol))
    const packets = this.#queues[protocol]!.takeAll()
    this.#unlock()
    return packets
  }

  /**
   * Spins for a moment while nothing comes, if the worker's CPU can spare the time: what it then
   * gets costs its sender no wake. For the worker.
   */
  spinWhileIdle(td: Waiter): void {
    td.spinWhile(this.at + STATE, IDLE)
  }

  /** Sets the limit of a protocol's queue. Plain code. */
  setLimit(protocol: number, limit: number): void {
    spinNow(this.memory, this.at + LOCK, 'the lock of a workstream')
    this.#queues[protocol]!.setLimit(limit)
    this.#unlock()
  }

  /**
   * Ends what the thread of that number had begun here, which has ended: an append, a dispatch.
   * What is queued its worker sees to, and is woken for. For threads that were no worker, and for
   * one undertaker after the other. After the burial in the lot.
   */
  *bury(lot: Parking, thread: number): Waiting {
    const { memory, at } = this
    const ended = holderOf(thread)
    breakFrom(memory, at + LOCK, ended, () => this.#mend())
    yield* this.#lock()
    if (memory.load(at + STATE) === DISPATCHING && memory.read(at + DISPATCHER) === ended) {
      this.step(IS_DONE)
    }
    const mayRun = memory.load(at + STATE) === SCHEDULED
    this.#unlock()
    // The dead may have signalled the worker and not woken it: it looks again, if in vain.
    if (mayRun) yield* lot.unpark(at, 1)
  }

  /** Makes what the lock protects whole again: each word by the one that is written before it. */
  #mend(): void {
    const { memory, at } = this
    let pending = 0
    for (const [protocol, queue] of this.#queues.entries()) {
      queue.mend()
      if (!queue.isEmpty()) pending |= 1 << protocol
    }
    memory.write(at + PENDING, pending)
    if (pending !== 0) this.step(QUEUE)
    if (memory.load(at + STATE) === SCHEDULED) memory.store(at + ASLEEP, 0)
  }

  /** The name of its state; for statistics. */
  state(): string {
    return WORKSTREAM_STATE.states[this.memory.load(this.at + STATE)]!
  }

  /** Changes the state by an event's number, under the lock; the actions that come of it. */
  protected step(event: number): number {
    const { memory, at } = this
    const state = memory.load(at + STATE)
    const guards = this.#isPending() ? IS_PENDING : 0
    const row = WORKSTREAM_STATE.step(state, event, guards)
    if (row === ILLEGAL) throw illegal(state, event)
    const next = WORKSTREAM_STATE.next(row)
    if (next !== state) memory.store(at + STATE, next)
    const actions = WORKSTREAM_STATE.actionsOf(row)
    if ((actions & SIGNAL) !== 0) memory.store(at + ASLEEP, 0)
    return actions
  }

  /** Locked, with the queue in hand in which the worker sleeps, if a packet is to wake it. */
  *#enter(lot: Parking): Waiting<Address> {
    for (;;) {
      if (!this.#tryLock()) yield* this.#lock()
      if (!this.#isToWake()) return NIL
      const sleepers = lot.tryLockQueue(this.at)
      if (sleepers !== NIL) return sleepers
      this.#unlock()
      yield SPIN
    }
  }

  /** `next` under the lock, which it lets go when nothing waits. */
  #next(protocol: number, handled: number): number {
    if (handled > 0) this.#queues[protocol]!.add(HANDLED, handled)
    const pending = this.memory.read(this.at + PENDING)
    if (pending !== 0) return 31 - Math.clz32(pending & -pending)
    this.step(IS_DONE)
    this.#unlock()
    return NOTHING
  }

  #isBusy(): boolean {
    return this.memory.load(this.at + STATE) !== IDLE
  }

  #isToWake(): boolean {
    return this.memory.load(this.at + STATE) === IDLE && this.#isAsleep()
  }

  #isAsleep(): boolean {
    return this.memory.load(this.at + ASLEEP) === 1
  }

  #isPending(): boolean {
    return this.memory.read(this.at + PENDING) !== 0
  }

  /** Appends under the lock, and lets it go. */
  #append(protocol: number, packet: Address): Outcome {
    try {
      const isQueued = this.#queues[protocol]!.append(packet)
      if (isQueued) {
        const pending = this.at + PENDING
        this.memory.write(pending, this.memory.read(pending) | (1 << protocol))
        this.step(QUEUE)
      }
      return isQueued ? QUEUED : DROPPED
    } finally {
      // Links of packets are the user's code, and what that throws is not to leave the lock held.
      this.#unlock()
    }
  }

  /** The same with the worker's queue held, which is let go if the links throw. */
  #appendOver(lot: Parking, sleepers: Address, protocol: number, packet: Address): Outcome {
    try {
      return this.#append(protocol, packet)
    } catch (error) {
      if (sleepers !== NIL) lot.unlockQueue(sleepers)
      throw error
    }
  }

  /** What is queued here wakes no worker: one is about to see to what waits. */
  #beginDispatch(protocol: number, packet: Address): Outcome {
    // Before the state, which an undertaker looks at first.
    if (!this.#isBusy()) this.memory.write(this.at + DISPATCHER, this.memory.holder)
    if ((this.step(DISPATCH) & HANDLE) === 0) return this.#append(protocol, packet)
    this.#unlock()
    return DONE
  }

  #endDispatch(protocol: number, handled: boolean): void {
    if (handled) {
      this.#queues[protocol]!.add(HYBRID_DISPATCHED, 1)
      this.#queues[protocol]!.add(HANDLED, 1)
    }
    this.step(IS_DONE)
    this.#unlock()
  }

  /** The worker out of its held queue, which is let go; NIL when it has yet to park. */
  #takeWorker(lot: Parking, sleepers: Address): Address {
    const chain = lot.take(sleepers, this.at, 1)
    lot.unlockQueue(sleepers)
    return chain
  }

  /** Does not ask again whether simulated time has caught up: a section is at one instant. */
  #tryLock(): boolean {
    return this.memory.compareExchange(this.at + LOCK, 0, this.memory.holder) === 0
  }

  #trySettledLock(): boolean {
    return trySpin(this.memory, this.at + LOCK)
  }

  *#lock(): Waiting {
    if (!this.#trySettledLock()) yield* spin(this.memory, this.at + LOCK)
  }

  #unlock(): void {
    unspin(this.memory, this.at + LOCK)
  }
}

function illegal(state: number, event: number): Error {
  const { states, events } = WORKSTREAM_STATE
  return new Error(WORKSTREAM_STATE.sentence(states[state]!, events[event]!))
}
