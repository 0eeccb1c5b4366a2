import { type Address, type Memory, NIL } from '@smpnet/memory'
import { SOCK } from './sock-layout.ts'

/**
 * The complete connections of a listener that nobody has accepted yet, oldest first. All are
 * sections of the queue's lock, but `isEmpty`, a look that takes none.
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
    return this.#queued() === 0
  }

  /** Connections that wait to be accepted. */
  length(): number {
    return this.#queued()
  }

  /** The most that may wait. */
  backlog(): number {
    return this.#read('backlog')
  }

  /** Whether there is room for a connection, for `enter`. False is counted. */
  admits(): boolean {
    if (this.#queued() < this.#read('backlog')) return true
    this.#write('overflows', this.#read('overflows') + 1)
    return false
  }

  /** Puts a connection at the end, for which there is room. */
  enter(child: Address): void {
    const { memory } = this
    const queued = this.#queued()
    memory.write(child + SOCK.offset.next, NIL)
    const tail = this.#read('tail')
    if (queued === 0) this.#write('head', child)
    else memory.write(tail + SOCK.offset.next, child)
    this.#write('tail', child)
    memory.store(this.listener + SOCK.offset.queued, queued + 1)
  }

  /** The oldest connection, taken out, or NIL. */
  take(): Address {
    const queued = this.#queued()
    if (queued === 0) return NIL
    const child = this.#read('head')
    this.#write('head', this.memory.read(child + SOCK.offset.next))
    this.memory.store(this.listener + SOCK.offset.queued, queued - 1)
    return child
  }

  /** The oldest connection, which stays there, or NIL. */
  first(): Address {
    return this.#queued() === 0 ? NIL : this.#read('head')
  }

  /** All connections, oldest first, which stay there. */
  all(): Address[] {
    const { memory } = this
    const all: Address[] = []
    let child = this.first()
    for (; child !== NIL; child = memory.read(child + SOCK.offset.next)) all.push(child)
    return all
  }

  /**
   * Makes the queue whole again, in which a thread has died: what can be reached from its head is
   * in it. A connection is reached by the first change that puts it there, and is no more by the
   * first that takes it out.
   */
  mend(): void {
    const { memory, listener } = this
    let [queued, tail] = [0, NIL]
    let child = this.#read('head')
    for (; child !== NIL; child = memory.read(child + SOCK.offset.next)) {
      queued++
      tail = child
    }
    this.#write('tail', tail)
    memory.store(listener + SOCK.offset.queued, queued)
  }

  overflows(): number {
    return this.#read('overflows')
  }

  #queued(): number {
    return this.memory.load(this.listener + SOCK.offset.queued)
  }

  #read(field: 'head' | 'tail' | 'backlog' | 'overflows'): number {
    return this.memory.read(this.listener + SOCK.offset[field])
  }

  #write(field: 'head' | 'tail' | 'backlog' | 'overflows', value: number): void {
    this.memory.write(this.listener + SOCK.offset[field], value)
  }
}
