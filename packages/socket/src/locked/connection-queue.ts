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

  /** Puts a connection at the end. False, and counted, when the queue is full. */
  enter(child: Address): boolean {
    const { memory } = this
    const queued = this.#queued()
    if (queued >= this.#read('backlog')) {
      this.#write('overflows', this.#read('overflows') + 1)
      return false
    }
    memory.write(child + SOCK.offset.next, NIL)
    const tail = this.#read('tail')
    if (queued === 0) this.#write('head', child)
    else memory.write(tail + SOCK.offset.next, child)
    this.#write('tail', child)
    memory.store(this.listener + SOCK.offset.queued, queued + 1)
    return true
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

  takeAll(): Address[] {
    const all: Address[] = []
    for (let child = this.take(); child !== NIL; child = this.take()) all.push(child)
    return all
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
