import type { Address, Memory } from '@smpnet/memory'
import { DATAGRAM } from './layout.ts'
import { DATAGRAM_LIFE } from './life-table.ts'
import type { DatagramLife } from './life.ts'
import { ERRNO, failed } from './results.ts'

/**
 * What each call asks first: whether the socket is still there, and whether an error is to be
 * reported. Both are words of one line, read without a lock, and plainly as long as all is well:
 * what happens just now may be seen a little late, which no look could rule out. Where a receiver
 * goes to sleep it looks by `isToReport`, which is exact.
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
    const { memory, life } = this
    if (life.hasEnded(memory.read(life.at)) && life.hasEnded(memory.load(life.at))) {
      return failed(ERRNO.EBADF)
    }
    return memory.read(this.#error) === 0 ? 0 : failed(memory.exchange(this.#error, 0))
  }

  /** Whether `refusal` would have something to say, exactly. */
  isToReport(): boolean {
    const { memory, life } = this
    return memory.load(this.#error) !== 0 || life.hasEnded(memory.load(life.at))
  }

  isConnected(): boolean {
    const { memory, life } = this
    return life.stateIn(memory.load(life.at)) === DATAGRAM_LIFE.state.CONNECTED
  }
}
