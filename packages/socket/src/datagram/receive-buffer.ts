import { type Address, type Memory, NIL } from '@smpnet/memory'
import { ByteQueue, type Mbufs, type Watermarks } from '@smpnet/mbuf'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { exitNow } from '@smpnet/sync'
import { Arrivals } from './arrivals.ts'
import { DATAGRAM, RECEIVE } from './layout.ts'
import { isOver } from './life.ts'
import { enterMending, type SocketLock, tryEnterSoon } from './lock-schemes.ts'

/** What came of a delivery: the packet is in the buffer, and nobody waits for it. */
export const DELIVERED = 0
/** It is in the buffer, and receivers sleep, which the caller is to wake. */
export const DELIVERED_TO_WAITER = 1
/** There is no space for it; the caller still has the packet. Counted. */
export const FULL = 2
/** The socket is closed, or closes; the caller still has the packet. */
export const GONE = 3
/** It cannot be done without a wait; nothing is done. */
export const WAIT = -1

/** Bytes of the record before a datagram's bytes that says where it came from. */
export const SOURCE_BYTES = 8

/** Of `tryTake`: the lock was not to be had. No address. */
export const HELD = -1

/**
 * Datagrams that were delivered and not yet received, each behind the address that it came from:
 * a byte queue of records under the receive lock. What has a packet owns it: the deliverer until it
 * is appended, the queue, and the receiver that took it out, which frees it when it has unlocked.
 *
 * The plain functions are sections that end as they began, with the lock let go. An exit that a
 * waiter makes longer is finished on the spot: it spins for a queue and never parks. In simulated
 * time that could not be, so that there the plain functions refuse before they have done anything.
 */
export class ReceiveBuffer {
  readonly queue: ByteQueue
  readonly arrivals: Arrivals
  readonly #life: Address

  constructor(
    readonly memory: Memory,
    readonly mbufs: Mbufs,
    socket: Address,
    readonly lock: SocketLock,
  ) {
    this.queue = new ByteQueue(mbufs, socket + RECEIVE)
    this.arrivals = new Arrivals(memory, socket)
    this.#life = socket + DATAGRAM.offset.life
  }

  /** Empties the queue's words for a new socket. */
  *reset(td: Waiter, marks: Watermarks): Waiting {
    if (!this.lock.tryEnter(td)) yield* this.enter(td)
    ByteQueue.create(this.mbufs, this.queue.at, marks)
    if (!this.lock.tryExit(td)) yield* this.lock.exit(td)
  }

  /** Enters the lock after a try in vain; what a holder left that died inside is mended. */
  enter(td: Waiter): Waiting {
    return enterMending(td, this.lock, () => this.queue.mend())
  }

  tryDeliver(td: Waiter, packet: Address, address: number, port: number): number {
    const { mbufs, lock } = this
    if (this.memory.isSimulated) return WAIT
    const source = mbufs.prepend(packet, SOURCE_BYTES)
    if (source === NIL) return WAIT
    if (!tryEnterSoon(td, lock)) {
      mbufs.trimFront(packet, SOURCE_BYTES)
      return WAIT
    }
    this.#write(source, address, port)
    const result = this.#append(packet)
    exitNow(td, lock)
    if (result > DELIVERED_TO_WAITER) mbufs.trimFront(packet, SOURCE_BYTES)
    // After the exit: a receiver that spins finds the lock free when it is told.
    else this.arrivals.announce()
    return result
  }

  *deliver(td: Waiter, packet: Address, address: number, port: number): Waiting<number> {
    const { memory, mbufs, lock } = this
    const source = mbufs.prepend(packet, SOURCE_BYTES)
    if (source === NIL) return yield* this.#deliverBehind(td, packet, address, port)
    this.#write(source, address, port)
    if (!lock.tryEnter(td)) yield* this.enter(td)
    while (!memory.settled()) yield SETTLE
    let result = this.#refusal(packet)
    if (result === DELIVERED) {
      while (!memory.settled()) yield SETTLE
      if (this.arrivals.isAwaited()) result = DELIVERED_TO_WAITER
    }
    if (!lock.tryExit(td)) yield* lock.exit(td)
    if (result > DELIVERED_TO_WAITER) {
      mbufs.trimFront(packet, SOURCE_BYTES)
    } else {
      while (!memory.settled()) yield SETTLE
      this.arrivals.announce()
    }
    return result
  }

  /** The first record, or NIL, or HELD when the lock is not to be had. Not in simulated time. */
  tryTake(td: Waiter): Address {
    const { lock } = this
    if (!tryEnterSoon(td, lock)) return HELD
    const record = this.queue.takeRecord()
    exitNow(td, lock)
    return record
  }

  /** All records, linked as packets of a queue are. */
  *takeAll(td: Waiter): Waiting<Address> {
    let chain = NIL
    if (!this.lock.tryEnter(td)) yield* this.enter(td)
    for (let record = this.queue.takeRecord(); record !== NIL; ) {
      this.mbufs.setNextPacket(record, chain)
      chain = record
      record = this.queue.takeRecord()
    }
    if (!this.lock.tryExit(td)) yield* this.lock.exit(td)
    return chain
  }

  /** Appends for a holder of the lock, in plain code. */
  #append(packet: Address): number {
    const result = this.#refusal(packet)
    if (result !== DELIVERED) return result
    return this.arrivals.isAwaitedUnderLock() ? DELIVERED_TO_WAITER : DELIVERED
  }

  /**
   * Appends without telling, and gives DELIVERED, or why that cannot be. The life is read plainly:
   * what closes a socket says so before it takes this lock, under which it empties the buffer.
   */
  #refusal(packet: Address): number {
    if (isOver(this.memory.read(this.#life))) return GONE
    return this.queue.appendRecord(packet, SOURCE_BYTES) ? DELIVERED : FULL
  }

  #write(source: Address, address: number, port: number): void {
    this.memory.write32be(source, address)
    this.memory.write32be(source + 4, port)
  }

  /** A packet that has no room in front of it, or shares it, goes behind a buffer of its own. */
  *#deliverBehind(td: Waiter, packet: Address, address: number, port: number): Waiting<number> {
    const { mbufs } = this
    const head = yield* mbufs.alloc(td, 0, mbufs.owner(packet))
    if (head === NIL) return FULL
    mbufs.setFlow(head, mbufs.flow(packet))
    mbufs.setReceiveInterface(head, mbufs.receiveInterface(packet))
    mbufs.setFlags(head, mbufs.flags(packet))
    mbufs.concatenate(head, packet)
    const result = yield* this.deliver(td, head, address, port)
    if (result <= DELIVERED_TO_WAITER) return result
    // A cut between two buffers needs none, and makes the rest a packet again.
    mbufs.trySplit(td, head, 0)
    yield* mbufs.free(td, head)
    return result
  }
}
