import type { Address, Memory } from '@smpnet/memory'
import type { Mbufs } from '@smpnet/mbuf'
import type { PcbTable } from '@smpnet/inet'
import { finish, type Waiter, type Waiting } from '@smpnet/park'
import { Priority, Thread } from '@smpnet/scheduler'
import type { DatagramSockets } from '@smpnet/socket'
import type { Counters } from '@smpnet/trace'
import type { ActionsName } from '../../config/stack-config.ts'
import type { Interfaces } from '../addresses/interfaces.ts'
import type { Link } from '../links/link.ts'
import type { MadeLocks } from '../locks/made-locks.ts'
import type { ReadMostly } from '../locks/read-mostly.ts'
import { type Way, Ways } from './way.ts'

/**
 * What the layers of one isolate's network have in common. Objects here are views; all that CPUs
 * share is in memory.
 */
export interface NetParts {
  readonly memory: Memory
  readonly mbufs: Mbufs
  readonly sockets: DatagramSockets
  readonly counters: Counters
  readonly interfaces: Interfaces
  readonly pcbs: PcbTable
  /** Of the addresses and routes, of the table of control blocks, and of each block. */
  readonly addressLock: ReadMostly
  readonly pcbLock: ReadMostly
  readonly blockLocks: MadeLocks
  readonly links: readonly Link[]
  readonly actions: ActionsName
  /** Whether a thread that is woken runs at once, however urgent its waker is: by handoff. */
  readonly handsOff: boolean
  /** Whether a sender holds the table's lock until its packet is out (udp_send of FreeBSD 5). */
  readonly holdsTable: boolean
}

/** The parts, and what every layer does with them. */
export class NetTools {
  readonly memory: Memory
  /** Of plain code, which is done with a packet before anything else runs. */
  readonly way: Way
  readonly ways = new Ways()
  /**
   * Whether a packet's way is one of generators: where locks are held over what may preempt their
   * holder, and in simulated time, in which plain code could not wait for other CPUs to catch up.
   */
  readonly isStepwise: boolean

  constructor(readonly parts: NetParts) {
    this.memory = parts.memory
    this.way = this.ways.take()
    this.isStepwise = parts.memory.isSimulated || parts.actions === 'under-lock'
  }

  /**
   * Whether a thread may handle a packet in plain code, which cannot yield to what it wakes while
   * it holds a lock. With the actions under the lock that is one which no receiver preempts: a
   * plain thread, or a worker of netisr.
   */
  mayHandleInOneGo(td: Waiter): boolean {
    if (!this.isStepwise) return true
    const { memory, parts } = this
    if (memory.isSimulated || parts.handsOff) return false
    return !(td instanceof Thread) || td.priority <= Priority.interrupt
  }

  /** Adds one to a counter of `COUNTER_NAMES`. */
  count(td: Thread, counter: number): void {
    this.parts.counters.add(td, counter, 1)
  }

  /** Whether an address is one of this host's, looked up under the address list's lock. */
  *isLocal(td: Thread, address: number): Waiting<boolean> {
    const { addressLock, interfaces } = this.parts
    yield* addressLock.read(td)
    const isLocal = interfaces.isLocal(address)
    yield* addressLock.endRead(td)
    return isLocal
  }

  /** Frees a packet, and counts why. */
  *drop(td: Thread, packet: Address, reason: number): Waiting {
    this.count(td, reason)
    yield* this.parts.mbufs.free(td, packet)
  }

  /** The same in plain code of a live machine: to free never parks. */
  dropNow(td: Thread, packet: Address, reason: number): void {
    this.count(td, reason)
    this.freeNow(td, packet)
  }

  /** Frees a packet in plain code of a live machine. */
  freeNow(td: Thread, packet: Address): void {
    const { mbufs } = this.parts
    const rest = mbufs.tryFree(td, packet)
    if (rest !== 0) finish(td, mbufs.free(td, rest))
  }
}
