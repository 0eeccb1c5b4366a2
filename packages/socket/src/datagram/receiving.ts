import { type Address, NIL, work } from '@smpnet/memory'
import {
  ABORTED,
  CHANGED,
  FOREVER,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { WOULD_BLOCK } from '../errors.ts'
import type { DatagramHome } from './datagram-home.ts'
import type { Standing } from './standing.ts'
import type { Leftovers } from './leftovers.ts'
import { HELD, type ReceiveBuffer, SOURCE_BYTES } from './receive-buffer.ts'
import type { Received } from './received.ts'

const RECEIVE = work('socket-receive')

/** A socket as its receivers use it, of which there may be several. */
export class Receiving {
  /** Whether the last try found the buffer empty, and how many arrivals there were before. */
  #isEmpty = false
  #seen = 0

  constructor(
    readonly home: DatagramHome,
    readonly buffer: ReceiveBuffer,
    readonly standing: Standing,
    readonly leftovers: Leftovers,
  ) {}

  /**
   * One lock entered and exited, the bytes copied out, and the packet freed outside of the lock.
   * Not in simulated time.
   */
  tryReceive(
    td: Waiter,
    to: Uint8Array,
    start: number,
    length: number,
    from: Received | undefined,
  ): number {
    const { mbufs } = this.home
    this.#isEmpty = false
    if (this.home.memory.isSimulated || !this.leftovers.tryFree(td)) return WOULD_BLOCK
    const refusal = this.standing.refusal()
    if (refusal !== 0) return refusal
    const seen = this.home.memory.read(this.buffer.arrivals.count)
    const record = this.buffer.tryTake(td)
    if (record === HELD) return WOULD_BLOCK
    if (record === NIL) {
      this.#isEmpty = true
      this.#seen = seen
      return WOULD_BLOCK
    }
    const taken = this.#copyOut(record, to, start, length, from)
    this.#tell(td, mbufs.flow(record))
    this.leftovers.free(td, record)
    return taken
  }

  /** After a try that found nothing: spins while nothing comes, if that pays; true if it came. */
  spinAfterTry(td: Waiter, until?: Until): boolean {
    return this.#isEmpty && td.spinWhile(this.buffer.arrivals.count, this.#seen, until)
  }

  /**
   * One lock entered and exited for each look. It does not spin, which `spinAfterTry` did for those
   * that may.
   */
  *receive(
    td: Waiter,
    to: Uint8Array,
    start: number,
    length: number,
    from: Received | undefined,
    wait: boolean,
    until: Until = FOREVER,
  ): Waiting<number> {
    const { buffer, standing } = this
    const { memory, mbufs } = this.home
    const { arrivals } = buffer
    yield* this.leftovers.freeAll(td)
    for (;;) {
      const refusal = memory.isSimulated ? yield* standing.refusalInTime() : standing.refusal()
      if (refusal !== 0) return refusal
      if (!buffer.lock.tryEnter(td)) yield* buffer.enter(td)
      const record = buffer.queue.takeRecord()
      let word = 0
      if (record === NIL && wait) {
        while (!memory.settled()) yield SETTLE
        word = arrivals.sayWaiting()
      }
      if (!buffer.lock.tryExit(td)) yield* buffer.lock.exit(td)
      if (record !== NIL) {
        const taken = this.#copyOut(record, to, start, length, from)
        const flow = mbufs.flow(record)
        if (flow !== 0) while (!memory.settled()) yield SETTLE
        this.#tell(td, flow)
        const rest = mbufs.tryFree(td, record)
        if (rest !== NIL) yield* mbufs.free(td, rest)
        return taken
      }
      if (!wait) return WOULD_BLOCK
      if (memory.isSimulated ? yield* standing.willRefuseInTime() : standing.willRefuse()) continue
      const outcome = yield* arrivals.park(td, word, until)
      if (outcome === ABORTED) until.signal?.throwIfAborted()
      if (outcome !== WOKEN && outcome !== CHANGED) return WOULD_BLOCK
    }
  }

  #tell(td: Waiter, flow: number): void {
    const { protocol } = this.home
    if (flow !== 0 && protocol.received !== undefined) protocol.received(td, flow)
  }

  #copyOut(
    record: Address,
    to: Uint8Array,
    start: number,
    length: number,
    from: Received | undefined,
  ): number {
    const { memory, mbufs } = this.home
    const bytes = mbufs.length(record) - SOURCE_BYTES
    const taken = Math.min(bytes, length)
    memory.charge(RECEIVE, 1)
    if (from !== undefined) {
      const source = mbufs.data(record)
      from.address = memory.read32be(source)
      from.port = memory.read32be(source + 4)
      from.bytes = bytes
      from.isTruncated = taken < bytes
    }
    mbufs.copyOut(record, SOURCE_BYTES, to, start, taken)
    return taken
  }
}
