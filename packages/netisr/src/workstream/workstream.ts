import { type Address, NIL, spin, spinNow } from '@smpnet/memory'
import { type Parking, SPIN, type Waiter, type Waiting } from '@smpnet/park'
import type { Leaving } from '../routing/buckets.ts'
import type { Choice } from '../routing/choice.ts'
import { WORK, WORKSTREAM } from '../shape/netisr-layout.ts'
import { DONE, DROPPED, ELSEWHERE, type Outcome, QUEUED, WAIT } from './outcome.ts'
import { WORKSTREAM_STATE } from './state-table.ts'
import { StreamWords, WHAT } from './stream-words.ts'

/** By names of their own, since an engine does not look them up in the table each time, then. */
const { IDLE, DISPATCHING } = WORKSTREAM_STATE.state
const { handle: HANDLE } = WORKSTREAM_STATE.action
const { queue: QUEUE, dispatch: DISPATCH, work: WORKS, done: IS_DONE } = WORKSTREAM_STATE.event
const { handled: HANDLED, hybridDispatched: HYBRID_DISPATCHED, failed: FAILED } = WORK.offset
const LOCK = WORKSTREAM.offset.lock
const STATE = WORKSTREAM.offset.state
const PENDING = WORKSTREAM.offset.pending
const ASLEEP = WORKSTREAM.offset.asleep
const DISPATCHER = WORKSTREAM.offset.dispatcher
const { round: ROUND, sequence: SEQUENCE, cleared: CLEARED } = WORKSTREAM.offset
const ROUND_SEQUENCE = WORKSTREAM.offset.roundSequence

/** Of `tryNext`: nothing waits. No protocol. */
export const NOTHING = -1
/** Of `tryNext`: the lock is not to be had just now. No protocol. */
export const HELD = -2

/** What a worker has taken and handled last, of one protocol. */
export interface Batch {
  protocol: number
  handled: number
  /** Of these, packets at which the handler threw. */
  failed: number
}

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
 *
 * The worker goes round: what is pending at the beginning of a round is taken in it, protocol by
 * protocol, and what comes meanwhile in the next. So no protocol keeps another waiting for ever,
 * and at the end of a round all is handled that was queued before it began (`cleared`): by this a
 * bucket knows when none of its packets is left here.
 *
 * Every call that is given a `Choice` asks it under the lock, and says ELSEWHERE, having done
 * nothing, if the packet does not belong here any more.
 */
export class Workstream extends StreamWords implements Leaving {
  /**
   * Appends a packet: QUEUED, DROPPED, or WAIT when a lock is not to be had. For a section whose
   * caller has settled before.
   */
  tryQueue(lot: Parking, choice: Choice): Outcome {
    if (!this.tryLock()) return WAIT
    if (!choice.belongsTo(this)) return this.#elsewhere()
    let sleepers = NIL
    if (this.isToWake()) {
      sleepers = lot.tryLockQueue(this.at)
      if (sleepers === NIL) {
        this.unlock()
        return WAIT
      }
    }
    const outcome = this.#appendOver(lot, sleepers, choice)
    if (sleepers !== NIL) lot.wakeNow(this.#takeWorker(lot, sleepers))
    return outcome
  }

  /** The same for a thread that can wait for the locks. */
  *queue(lot: Parking, choice: Choice): Waiting<Outcome> {
    const sleepers = yield* this.#enter(lot)
    if (!choice.belongsTo(this)) return this.#elsewhereOver(lot, sleepers)
    const outcome = this.#appendOver(lot, sleepers, choice)
    if (sleepers !== NIL) yield* lot.wake(this.#takeWorker(lot, sleepers))
    return outcome
  }

  /** The same for an interrupt, which spins for the locks. */
  queueNow(lot: Parking, choice: Choice): Outcome {
    spinNow(this.memory, this.at + LOCK, WHAT)
    if (!choice.belongsTo(this)) return this.#elsewhere()
    const sleepers = this.isToWake() ? lot.lockQueueNow(this.at) : NIL
    const outcome = this.#appendOver(lot, sleepers, choice)
    if (sleepers !== NIL) lot.wakeNow(this.#takeWorker(lot, sleepers))
    return outcome
  }

  /**
   * Lets the caller handle a packet, DONE, before `endDispatch`; queues it, QUEUED or DROPPED, when
   * others wait or are handled; WAIT when the lock is not to be had. For a section on its CPU whose
   * caller has settled before.
   */
  tryDispatch(choice: Choice): Outcome {
    if (!this.tryLock()) return WAIT
    return choice.belongsTo(this) ? this.#beginDispatch(choice) : this.#elsewhere()
  }

  /** The same for a thread that can wait for the lock. */
  *dispatch(choice: Choice): Waiting<Outcome> {
    if (!this.tryLock()) yield* this.lock()
    return choice.belongsTo(this) ? this.#beginDispatch(choice) : this.#elsewhere()
  }

  /**
   * For direct dispatch that was switched to: DONE, the caller may handle the packet, if none of
   * its protocol is left here; else it is queued behind them, QUEUED or DROPPED. WAIT when the lock
   * is not to be had. For a section whose caller has settled before.
   */
  tryPass(choice: Choice): Outcome {
    if (!this.tryLock()) return WAIT
    return choice.belongsTo(this) ? this.#pass(choice) : this.#elsewhere()
  }

  /** The same for a thread that can wait for the lock. */
  *pass(choice: Choice): Waiting<Outcome> {
    if (!this.tryLock()) yield* this.lock()
    return choice.belongsTo(this) ? this.#pass(choice) : this.#elsewhere()
  }

  /** Whether none of a protocol is left here; false, too, when the lock is not to be had. */
  isDrained(protocol: number): boolean {
    if (!this.tryLock()) return false
    const isDrained = this.queues[protocol]!.isDrained()
    this.unlock()
    return isDrained
  }

  /** Ends what `dispatch` began. `handled`: whether the packet was handled. */
  *endDispatch(lot: Parking, protocol: number, handled: boolean): Waiting {
    yield* this.lock()
    const isAsleep = this.isPending() && this.isAsleep()
    // Its holder never waits for the workstream's lock: this is short.
    const sleepers = isAsleep ? lot.lockQueueNow(this.at) : NIL
    this.#endDispatch(protocol, handled)
    if (sleepers !== NIL) yield* lot.wake(this.#takeWorker(lot, sleepers))
  }

  /** The same for plain code. */
  endDispatchNow(lot: Parking, protocol: number, handled: boolean): void {
    spinNow(this.memory, this.at + LOCK, WHAT)
    const isAsleep = this.isPending() && this.isAsleep()
    const sleepers = isAsleep ? lot.lockQueueNow(this.at) : NIL
    this.#endDispatch(protocol, handled)
    if (sleepers !== NIL) lot.wakeNow(this.#takeWorker(lot, sleepers))
  }

  /** Waits until the worker is to run, and then it is RUNNING. For the worker. */
  *untilScheduled(td: Waiter): Waiting {
    const { memory, at } = this
    for (;;) {
      if (!this.trySettledLock()) yield* spin(memory, at + LOCK)
      const mayHandle = (this.step(WORKS) & HANDLE) !== 0
      memory.store(at + ASLEEP, mayHandle ? 0 : 1)
      this.unlock()
      if (mayHandle) return
      yield* td.lot.park(td, at, at + ASLEEP, 1)
    }
  }

  /**
   * Begins to take what waits, or goes on with it: the number of a protocol whose packets `taken`
   * gives; NOTHING, and then the worker is not RUNNING any more; or HELD, having done nothing.
   * `last` is what has been handled. For the worker.
   */
  tryNext(last: Batch): number {
    return this.trySettledLock() ? this.#next(last) : HELD
  }

  /** The same after HELD, for a thread that waits for the lock. */
  *next(last: Batch): Waiting<number> {
    yield* spin(this.memory, this.at + LOCK)
    return this.#next(last)
  }

  /** After `next`: all that waits for that protocol, and lets the lock go. */
  taken(protocol: number): Address {
    const pending = this.at + PENDING
    this.memory.write(pending, this.memory.read(pending) & ~(1 << protocol))
    const packets = this.queues[protocol]!.takeAll()
    this.unlock()
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
    this.underLock(() => this.queues[protocol]!.setLimit(limit))
  }

  /** Packets that were ever queued here. Under the lock. */
  sequence(): number {
    return this.memory.read(this.at + SEQUENCE)
  }

  /**
   * Whether all packets are handled that had been queued when `sequence` was that of the
   * workstream, and none is being dispatched. Under the lock.
   */
  isCleared(sequence: number): boolean {
    const state = this.memory.load(this.at + STATE)
    if (state === DISPATCHING) return false
    return state === IDLE || ((this.memory.read(this.at + CLEARED) - sequence) | 0) >= 0
  }

  /** Locked, with the queue in hand in which the worker sleeps, if a packet is to wake it. */
  *#enter(lot: Parking): Waiting<Address> {
    for (;;) {
      if (!this.tryLock()) yield* this.lock()
      if (!this.isToWake()) return NIL
      const sleepers = lot.tryLockQueue(this.at)
      if (sleepers !== NIL) return sleepers
      this.unlock()
      yield SPIN
    }
  }

  /** `next` under the lock, which it lets go when nothing waits. */
  #next({ protocol, handled, failed }: Batch): number {
    const { memory, at } = this
    if (handled > 0) this.queues[protocol]!.add(HANDLED, handled)
    if (failed > 0) this.queues[protocol]!.add(FAILED, failed)
    const round = memory.read(at + ROUND) || this.#newRound()
    if (round !== 0) {
      memory.write(at + ROUND, round & (round - 1))
      return 31 - Math.clz32(round & -round)
    }
    this.step(IS_DONE)
    this.unlock()
    return NOTHING
  }

  /** All of a round is handled: what there is to take in the next. */
  #newRound(): number {
    const { memory, at } = this
    const sequence = memory.read(at + SEQUENCE)
    const pending = memory.read(at + PENDING)
    memory.write(at + CLEARED, pending === 0 ? sequence : memory.read(at + ROUND_SEQUENCE))
    memory.write(at + ROUND_SEQUENCE, sequence)
    return pending
  }

  /** Appends under the lock, and lets it go. */
  #append(choice: Choice): Outcome {
    const { memory, at } = this
    const protocol = choice.known.number
    try {
      // Before the packet: if the sender ends in between, what is waited for has come.
      const sequence = (memory.read(at + SEQUENCE) + 1) | 0
      memory.write(at + SEQUENCE, sequence)
      choice.queued(sequence)
      const isQueued = this.queues[protocol]!.append(choice.packet, choice.here)
      if (isQueued) {
        memory.write(at + PENDING, memory.read(at + PENDING) | (1 << protocol))
        this.step(QUEUE)
      }
      return isQueued ? QUEUED : DROPPED
    } finally {
      // Links of packets are the user's code, and what that throws is not to leave the lock held.
      this.unlock()
    }
  }

  /** The same with the worker's queue held, which is let go if the links throw. */
  #appendOver(lot: Parking, sleepers: Address, choice: Choice): Outcome {
    try {
      return this.#append(choice)
    } catch (error) {
      if (sleepers !== NIL) lot.unlockQueue(sleepers)
      throw error
    }
  }

  /** What is queued here wakes no worker: one is about to see to what waits. */
  #beginDispatch(choice: Choice): Outcome {
    // Before the state, which an undertaker looks at first.
    if (!this.isBusy()) this.memory.write(this.at + DISPATCHER, this.memory.holder)
    if ((this.step(DISPATCH) & HANDLE) === 0) return this.#append(choice)
    this.unlock()
    return DONE
  }

  /** What is left here has a worker that sees to it, and so to what is queued behind. */
  #pass(choice: Choice): Outcome {
    if (!this.queues[choice.known.number]!.isDrained()) return this.#append(choice)
    this.unlock()
    return DONE
  }

  #elsewhere(): Outcome {
    this.unlock()
    return ELSEWHERE
  }

  #elsewhereOver(lot: Parking, sleepers: Address): Outcome {
    if (sleepers !== NIL) lot.unlockQueue(sleepers)
    return this.#elsewhere()
  }

  #endDispatch(protocol: number, handled: boolean): void {
    if (handled) {
      this.queues[protocol]!.add(HYBRID_DISPATCHED, 1)
      this.queues[protocol]!.add(HANDLED, 1)
    }
    this.step(IS_DONE)
    this.unlock()
  }

  /** The worker out of its held queue, which is let go; NIL when it has yet to park. */
  #takeWorker(lot: Parking, sleepers: Address): Address {
    const chain = lot.take(sleepers, this.at, 1)
    lot.unlockQueue(sleepers)
    return chain
  }
}
