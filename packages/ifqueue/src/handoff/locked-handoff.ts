import { type Address, CACHE_LINE_BYTES, type Memory, NIL } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import type { Discipline } from '../discipline/discipline.ts'
import { Fifo } from '../discipline/fifo.ts'
import { expectMethods } from '../terms/expect.ts'
import type { Packets } from '../terms/packets.ts'
import { DROPPED, QUEUED, type Sent } from '../terms/outcome.ts'
import { expectParts, expectSite } from './expect-handoff.ts'
import { countStart, DRIVER, driverCounts } from './driver-words.ts'
import type { Handoff, HandoffCounts, HandoffParts, HandoffSite } from './handoff.ts'
import { enterLock, exitLock, type HandoffLock } from './handoff-lock.ts'
import type { TransmitPort } from './transmit-port.ts'

/** Where the words of a locked hand-off are, one after the other. */
const QUEUE_LOCK = 0
const lines = (bytes: number) => Math.ceil(bytes / CACHE_LINE_BYTES) * CACHE_LINE_BYTES

/**
 * What hand-offs have in common whose queue is under a lock: a queue, a driver, and a lock for
 * each, or one for both. What differs is when a sender starts the driver, and when the thread of
 * the interrupt clears OACTIVE and looks at the queue again. A thread that dies under a lock
 * leaves what is behind it to the next that enters: the queue is mended, and at most the one
 * packet is lost that was on its way.
 */
export abstract class LockedHandoff implements Handoff {
  readonly memory: Memory
  readonly packets: Packets
  readonly port: TransmitPort
  readonly queue: Discipline
  readonly queueLock: HandoffLock
  readonly driverLock: HandoffLock
  readonly driver: Address
  readonly bulk: number
  readonly #nowUs: () => number

  constructor(site: HandoffSite, lockBytes: number, queueBytes: number, isOneLock = false) {
    expectSite(site)
    const { memory, at, shape, packets, ports, lock, nowUs = noTime } = site
    expectMethods('the port of a hand-off', ports[0], 'room', 'post', 'flush', 'reclaim')
    const driverLock = at + QUEUE_LOCK + lines(lockBytes)
    const queue = driverLock + lines(lockBytes)
    this.memory = memory
    this.packets = packets
    this.port = ports[0] as TransmitPort
    this.queueLock = lock(at + QUEUE_LOCK, 'if_snd')
    this.driverLock = isOneLock ? this.queueLock : lock(driverLock, 'network driver')
    this.queue = site.discipline?.(queue) ?? fifo(site, queue)
    this.driver = queue + lines(queueBytes)
    this.bulk = shape.bulk
    this.#nowUs = nowUs
  }

  static bytes(parts: HandoffParts): number {
    expectParts(parts)
    const { lockBytes, disciplineBytes } = parts
    return 2 * lines(lockBytes) + lines(disciplineBytes) + DRIVER.size
  }

  abstract send(td: Waiter, packet: Address): Waiting<Sent>

  *complete(td: Waiter): Waiting {
    yield* this.enterDriver(td)
    yield* this.resume(td)
    yield* exitLock(td, this.driverLock)
  }

  /** As an interrupt, since a dead thread may have posted and not told the device. */
  *bury(td: Waiter, _dead: number): Waiting {
    yield* this.showQueue(td)
    yield* this.enterDriver(td)
    while (!this.memory.settled()) yield SETTLE
    this.port.flush(td)
    yield* this.resume(td)
    yield* exitLock(td, this.driverLock)
  }

  queued(): number {
    return this.queue.shown()
  }

  isStalled(): boolean {
    return this.memory.load(this.driver) !== 0
  }

  counts(): HandoffCounts {
    const { fullDrops, earlyDrops } = this.queue.counts()
    return driverCounts(this.memory, this.driver, fullDrops + earlyDrops)
  }

  /** Puts a packet into the queue, under its lock. */
  protected *enqueue(td: Waiter, packet: Address): Waiting<Sent> {
    yield* enterLock(td, this.queueLock, () => this.queue.mend())
    const sent = this.enqueueNow(packet)
    yield* this.exitQueue(td)
    return sent
  }

  /** if_start: the driver's start routine, under its lock. */
  protected *start(td: Waiter): Waiting {
    yield* this.enterDriver(td)
    yield* this.startLocked(td)
    yield* exitLock(td, this.driverLock)
  }

  protected *enterDriver(td: Waiter): Waiting {
    yield* enterLock(td, this.driverLock, () => this.repair())
  }

  /** A dead thread may have queued a packet and not shown it. */
  protected *showQueue(td: Waiter): Waiting {
    yield* enterLock(td, this.queueLock, () => this.queue.mend())
    yield* this.exitQueue(td)
  }

  /** Makes whole what the driver's lock protects: here its words are, at every moment. */
  protected repair(): void {}

  /** Descriptors have become free: clears OACTIVE, looks again, and goes on. Under the lock. */
  protected *resume(td: Waiter): Waiting {
    const { memory, driver } = this
    while (!memory.settled()) yield SETTLE
    this.port.reclaim(td)
    while (!memory.settled()) yield SETTLE
    memory.store(driver, 0)
    while (!memory.settled()) yield SETTLE
    if (this.waiting() > 0) yield* this.startLocked(td)
  }

  /**
   * Moves packets from the queue to the device until one is empty or the other full, which it says
   * by OACTIVE, as rl(4) does whether or not packets are left. Under the driver's lock.
   */
  protected *startLocked(td: Waiter): Waiting {
    const { memory, driver, port } = this
    let left = memory.load(driver) === 0 ? port.room() : 0
    let posted = 0
    for (; left > 0; left--) {
      while (!memory.settled()) yield SETTLE
      const packet = this.waiting() === 0 ? NIL : yield* this.take(td)
      if (packet === NIL) break
      port.post(packet)
      posted++
    }
    while (!memory.settled()) yield SETTLE
    if (posted > 0) port.flush(td)
    while (!memory.settled()) yield SETTLE
    if (port.room() === 0) memory.store(driver, 1)
    countStart(memory, driver, posted)
  }

  /** Packets that the driver has still to move: a look without the queue's lock. */
  protected waiting(): number {
    return this.queue.shown()
  }

  /** The next packet, under the queue's lock. */
  protected *take(td: Waiter): Waiting<Address> {
    yield* enterLock(td, this.queueLock, () => this.queue.mend())
    const packet = this.takeNow()
    yield* this.exitQueue(td)
    return packet
  }

  /** Shows what is queued, and lets the queue's lock go. */
  protected *exitQueue(td: Waiter): Waiting {
    while (!this.memory.settled()) yield SETTLE
    this.queue.publish()
    yield* exitLock(td, this.queueLock)
  }

  protected takeNow(): Address {
    return this.queue.dequeue(this.#nowUs())
  }

  /** Puts a packet into the queue, whose lock the caller has. */
  protected enqueueNow(packet: Address): Sent {
    return this.queue.enqueue(packet, this.#nowUs()) ? QUEUED : DROPPED
  }
}

function noTime(): number {
  return 0
}

function fifo({ memory, packets, shape: { limit } }: HandoffSite, at: Address): Fifo {
  return new Fifo({ memory, at, packets: packets as never, limit, drop: () => {} })
}
