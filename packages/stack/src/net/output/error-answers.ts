import { type Address, holderOf, SpinLock } from '@smpnet/memory'
import { answerError, type ErrorSource, type Problem, TOKEN_BUCKET, udpNoPort } from '@smpnet/inet'
import type { Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import type { NetTools } from '../tools/net-tools.ts'
import type { Way } from '../tools/way.ts'
import { carryOut } from './carry-out.ts'
import type { IpOutput } from './ip-output.ts'

/** The bucket that limits how many errors are sent, and the spin lock that protects it. */
export const ERROR_LIMIT_BYTES = TOKEN_BUCKET.size + 4

/**
 * Tells senders what has become of their packets, by ICMP errors, up to a rate. The caller holds no
 * lock; the packet is taken.
 */
export class ErrorAnswers {
  readonly #lock: SpinLock

  constructor(
    readonly tools: NetTools,
    readonly output: IpOutput,
    /** Where the bucket is that limits them. */
    readonly limit: Address,
  ) {
    this.#lock = new SpinLock(tools.memory, limit + TOKEN_BUCKET.size, 'the error limit')
  }

  /** No block is for a datagram that came. */
  noPort(td: Thread, packet: Address, way: Way): Waiting {
    const { mbufs } = this.tools.parts
    return this.#limited(td, way, () => {
      udpNoPort(mbufs, packet, way.ip, this.#source(way), td.now(), way.actions)
    })
  }

  /** Something else is wrong with a packet. */
  answer(td: Thread, packet: Address, way: Way, problem: Problem): Waiting {
    const { mbufs } = this.tools.parts
    return this.#limited(td, way, () => {
      answerError(mbufs, packet, way.ip, problem, 0, this.#source(way), td.now(), way.actions)
    })
  }

  /** Lets go what a thread held that has ended: of the limit, each word is whole. */
  bury(thread: number): void {
    this.#lock.breakFrom(holderOf(thread), () => {})
  }

  /** Errors come from the address that the packet was for: it is one of this host's. */
  #source({ ip }: Way): ErrorSource {
    return { address: ip.destination, limit: this.limit }
  }

  /** Has inet write what is to be done, under the lock of the limit, and does it after that. */
  *#limited(td: Thread, way: Way, write: () => void): Waiting {
    if (!this.#lock.tryEnter()) yield* this.#lock.enter()
    try {
      write()
    } finally {
      this.#lock.exit()
    }
    yield* carryOut(td, way, this.tools, this.output)
  }
}
