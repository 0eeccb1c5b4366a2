import { type Address, layout, type Memory, NIL, word } from '@smpnet/memory'
import { SETTLE, SPIN, type Waiter, type Waiting } from '@smpnet/park'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'
import type { Backoff } from '../words/backoff.ts'
import type { LockHandle, LockKind } from '../words/lock-kind.ts'
import { FifoSpin, HOLDER, HOLDER_NAMED } from './fifo-spin.ts'

/**
 * The lock of Mellor-Crummey and Scott (TOCS 9(1), 1991): a list of those that are inside or wait,
 * of which each spins on a line of its own, so that an exit moves one line, however many wait.
 *
 *   enter: swaps its node in as the last of the list. If there was one before it, links itself
 *          behind that and spins until that one says that it may go on.
 *   exit:  the next goes on, or if none is linked, swaps the last for none. If that fails, a waiter
 *          has come and is about to link itself, which the exit awaits.
 *
 * Nodes are in shared memory, one for each CPU, or thread of a domain: its waiters use it in turn,
 * and a waiter that finds it in use, by another thread of its CPU or a task of its event loop,
 * waits until it is free before it joins the list. A waiter is pinned from when it takes the node
 * until it exits, for it is the node of its CPU.
 */
export const MCS = layout('mcs lock', {
  /** (x) The node of the last that came; NIL while the lock is free. */
  tail: word('x', 'tail'),
})

export const MCS_NODE = layout('mcs node', {
  /** (o) of its CPU: the waiter that uses it, or NIL. */
  user: word('o', 'node'),
  /** (x) 1 while its waiter waits, which writes that first; the one before it writes 0. */
  waits: word('x', 'node'),
  /** (x) The node of the next in the list, which writes it; NIL of a node that is not in use. */
  next: word('x', 'node'),
})

const KIND: LockKind = { name: 'mcs lock', code: 20, version: 1, names: HOLDER_NAMED }

export class McsLock extends FifoSpin {
  /** Bytes of one for so many CPUs, all zero at first. */
  static bytes(cpus: number): number {
    return HOLDER.size + MCS.size + cpus * MCS_NODE.size
  }

  /** The lock whose words are at `at`, for `cpus` CPUs. Every thread makes an object of its own. */
  constructor(
    memory: Memory,
    at: Address,
    readonly cpus: number,
    domain?: SyncDomain,
    backoff?: Backoff,
  ) {
    super(memory, at, domain, backoff)
  }

  /** Places an MCS lock. Throws OutOfMemory, and BadHandle for an address that is not free. */
  static create(domain: SyncDomain, options: Placing = {}): McsLock {
    expectDomain(domain, KIND, options)
    const { cpus, memory } = domain
    const at = placeLock(KIND, domain, McsLock.bytes(cpus), options, HOLDER.align)
    return new McsLock(memory, at, cpus, domain)
  }

  /** Opens, in any thread, the lock that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): McsLock {
    const { domain, at } = openLock(KIND, handle, McsLock.bytes)
    return new McsLock(domain.memory, at, domain.cpus, domain)
  }

  /** Names this lock for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return handleOf(this, KIND)
  }

  name(): string {
    return `the mcs lock at ${this.at}`
  }

  protected get tail(): Address {
    return this.at + HOLDER.size
  }

  protected tryTake(td: Waiter): boolean {
    const { memory, tail } = this
    const node = this.#nodeOf(td)
    if (!memory.owned(tail) || !this.#isFree(node)) return false
    if (memory.compareExchange(tail, NIL, node) !== NIL) return false
    this.#use(node, td)
    return true
  }

  protected looksFree(): boolean {
    return this.memory.load(this.tail) === NIL
  }

  protected *take(td: Waiter): Waiting {
    const { memory, tail } = this
    // It may be on another CPU after each look.
    while (!this.#isFree(this.#nodeOf(td))) yield SPIN
    const node = this.#nodeOf(td)
    this.#use(node, td)
    memory.write(node + MCS_NODE.offset.waits, 1)
    while (!memory.claimed(tail)) yield SETTLE
    const before = memory.exchange(tail, node)
    if (before === NIL) return
    while (!memory.settled()) yield SETTLE
    memory.store(before + MCS_NODE.offset.next, node)
    yield* this.until(node + MCS_NODE.offset.waits, (waits) => waits === 0)
  }

  protected mayGive(): boolean {
    return this.memory.owned(this.tail)
  }

  protected tryGive(td: Waiter): boolean {
    const { memory, tail } = this
    const node = this.#nodeOf(td)
    const next = memory.load(node + MCS_NODE.offset.next)
    if (next !== NIL) {
      this.#handOn(td, node, next)
      return true
    }
    if (memory.compareExchange(tail, node, NIL) !== node) return false
    this.#leave(td, node)
    return true
  }

  protected *give(td: Waiter): Waiting {
    const { memory, tail } = this
    const node = this.#nodeOf(td)
    const link = node + MCS_NODE.offset.next
    if (memory.load(link) === NIL) {
      while (!memory.claimed(tail)) yield SETTLE
      if (memory.compareExchange(tail, node, NIL) === node) return this.#leave(td, node)
      yield* this.until(link, (next) => next !== NIL)
    }
    this.#handOn(td, node, memory.load(link))
  }

  #nodeOf(td: Waiter): Address {
    return this.at + HOLDER.size + MCS.size + td.cpu * MCS_NODE.size
  }

  #isFree(node: Address): boolean {
    return this.memory.read(node + MCS_NODE.offset.user) === NIL
  }

  #use(node: Address, td: Waiter): void {
    td.pin()
    this.memory.write(node + MCS_NODE.offset.user, td.at)
  }

  #handOn(td: Waiter, node: Address, next: Address): void {
    this.memory.write(node + MCS_NODE.offset.next, NIL)
    this.#leave(td, node)
    this.memory.store(next + MCS_NODE.offset.waits, 0)
  }

  /** The node is free for the next of this CPU. */
  #leave(td: Waiter, node: Address): void {
    this.memory.write(node + MCS_NODE.offset.user, NIL)
    td.unpin()
  }
}
