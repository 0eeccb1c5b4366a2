import { type Address, type Memory, NIL } from '@smpnet/memory'
import { SOCK } from './sock-layout.ts'

/**
 * The connections of a listener that nobody has accepted yet, oldest first. Those that an accept
 * filter holds back are among them, each of which says so by a word of its own: to be complete is
 * one change, so that no death leaves a connection in none of two queues. All are sections of the
 * queue's lock, but `isEmpty`, a look that takes none.
 */
export class ConnectionQueue {
  constructor(
    readonly memory: Memory,
    readonly listener: Address,
  ) {}

  open(backlog: number): void {
    this.#write('backlog', backlog)
  }

  isEmpty(): boolean {
    return this.length() === 0
  }

  /** Connections that are complete, and wait to be accepted. */
  length(): number {
    return this.memory.load(this.listener + SOCK.offset.queued)
  }

  /** Connections that a filter holds back. */
  incomplete(): number {
    return this.#read('incomplete')
  }

  /** The most that may wait, complete or not. */
  backlog(): number {
    return this.#read('backlog')
  }

  /** Whether there is room for a connection, for `enter`. False is counted. */
  admits(): boolean {
    if (this.length() < this.#read('backlog')) return true
    this.#write('overflows', this.#read('overflows') + 1)
    return false
  }

  /**
   * The oldest connection that is held back where another one would be one too many, or NIL: it is
   * to be taken out, which is counted. So does sonewconn.
   */
  oldestTooMany(): Address {
    if (this.incomplete() < this.#read('backlog')) return NIL
    this.#write('drops', this.#read('drops') + 1)
    for (const child of this.all()) if (this.#isHeld(child)) return child
    return NIL
  }

  /** Puts a connection at the end, for which there is room; `filter` holds it back, or is 0. */
  enter(child: Address, filter = 0): void {
    const { memory, listener } = this
    memory.write(child + SOCK.offset.next, NIL)
    if (filter !== 0) memory.store(child + SOCK.offset.awaits, filter)
    const tail = this.#read('tail')
    if (this.#read('head') === NIL) this.#write('head', child)
    else memory.write(tail + SOCK.offset.next, child)
    this.#write('tail', child)
    if (filter !== 0) this.#write('incomplete', this.incomplete() + 1)
    else memory.store(listener + SOCK.offset.queued, this.length() + 1)
  }

  /** Has a connection be held back no longer. */
  complete(child: Address): void {
    const { memory, listener } = this
    memory.store(child + SOCK.offset.awaits, 0)
    this.#write('incomplete', this.incomplete() - 1)
    memory.store(listener + SOCK.offset.queued, this.length() + 1)
  }

  /** The oldest connection that is complete, which stays there, or NIL. */
  first(): Address {
    if (this.length() === 0) return NIL
    let child = this.#read('head')
    while (child !== NIL && this.#isHeld(child)) child = this.#after(child)
    return child
  }

  /** The oldest connection, complete or not, which stays there, or NIL. */
  oldest(): Address {
    return this.#read('head')
  }

  /** Takes out a connection that is there. */
  remove(child: Address): void {
    const { memory, listener } = this
    const head = this.#read('head')
    let before = NIL
    for (let at = head; at !== child; at = this.#after(at)) before = at
    const next = this.#after(child)
    if (before === NIL) this.#write('head', next)
    else memory.write(before + SOCK.offset.next, next)
    if (next === NIL) this.#write('tail', before)
    if (this.#isHeld(child)) this.#write('incomplete', this.incomplete() - 1)
    else memory.store(listener + SOCK.offset.queued, this.length() - 1)
  }

  /** All connections, oldest first, which stay there. */
  all(): Address[] {
    const all: Address[] = []
    for (let child = this.oldest(); child !== NIL; child = this.#after(child)) all.push(child)
    return all
  }

  /**
   * Makes the queue whole again, in which a thread has died: what can be reached from its head is
   * in it. A connection is reached by the first change that puts it there, and is no more by the
   * first that takes it out.
   */
  mend(): void {
    const all = this.all()
    const held = all.filter((child) => this.#isHeld(child)).length
    this.#write('tail', all.at(-1) ?? NIL)
    this.#write('incomplete', held)
    this.memory.store(this.listener + SOCK.offset.queued, all.length - held)
  }

  /** Connections that were refused since the queue was full. */
  overflows(): number {
    return this.#read('overflows')
  }

  /** Connections that were held back, and reset since younger ones came. */
  drops(): number {
    return this.#read('drops')
  }

  #after(child: Address): Address {
    return this.memory.read(child + SOCK.offset.next)
  }

  #isHeld(child: Address): boolean {
    return this.memory.load(child + SOCK.offset.awaits) !== 0
  }

  #read(field: QueueField): number {
    return this.memory.read(this.listener + SOCK.offset[field])
  }

  #write(field: QueueField, value: number): void {
    this.memory.write(this.listener + SOCK.offset[field], value)
  }
}

type QueueField = 'head' | 'tail' | 'backlog' | 'overflows' | 'incomplete' | 'drops'
