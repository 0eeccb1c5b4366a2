import type { Address, Memory } from '@smpnet/memory'
import { SETTLE, type Waiting } from '@smpnet/park'
import { DATAGRAM } from './layout.ts'
import { DATAGRAM_LIFE } from './life-table.ts'
import type { DatagramLife } from './life.ts'
import { ERRNO, failed } from './results.ts'

/**
 * What each call asks first: whether the socket is still there, and whether an error is to be
 * reported. Both are words of one line, read without a lock, and plainly as long as all is well:
 * what happens just now may be seen a little late, which no look could rule out. Before a receiver
 * goes to sleep it looks by `willRefuse`, which is exact.
 *
 * In simulated time each look is a step of its own, before which the CPU settles.
 */
export class Standing {
  readonly #error: Address

  constructor(
    readonly memory: Memory,
    socket: Address,
    readonly life: DatagramLife,
  ) {
    this.#error = socket + DATAGRAM.offset.error
  }

  /** Why a call is refused: 0 when it is not. An error is reported by this once. */
  refusal(): number {
    if (this.#hasEnded()) return failed(ERRNO.EBADF)
    return this.memory.read(this.#error) === 0 ? 0 : this.#takeError()
  }

  /** The same for a simulated CPU. */
  *refusalInTime(): Waiting<number> {
    const { memory } = this
    while (!memory.settled()) yield SETTLE
    if (this.#hasEnded()) return failed(ERRNO.EBADF)
    while (!memory.settled()) yield SETTLE
    if (memory.read(this.#error) === 0) return 0
    while (!memory.settled()) yield SETTLE
    return this.#takeError()
  }

  /** Whether the next call would be refused, exactly. */
  willRefuse(): boolean {
    const { memory, life } = this
    return memory.load(this.#error) !== 0 || life.hasEnded(memory.load(life.at))
  }

  /** The same for a simulated CPU. */
  *willRefuseInTime(): Waiting<boolean> {
    const { memory, life } = this
    while (!memory.settled()) yield SETTLE
    if (memory.load(this.#error) !== 0) return true
    while (!memory.settled()) yield SETTLE
    return life.hasEnded(memory.load(life.at))
  }

  /** Of a socket that has not ended; read plainly, since a thread that asks has seen `refusal`. */
  isConnected(): boolean {
    const { memory, life } = this
    return life.stateIn(memory.read(life.at)) === DATAGRAM_LIFE.state.CONNECTED
  }

  #hasEnded(): boolean {
    const { memory, life } = this
    return life.hasEnded(memory.read(life.at)) && life.hasEnded(memory.load(life.at))
  }

  #takeError(): number {
    return failed(this.memory.exchange(this.#error, 0))
  }
}
