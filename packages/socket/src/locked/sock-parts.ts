import type { Address, Memory } from '@smpnet/memory'
import { Ring } from '../ring.ts'
import { Sleepers } from '../sleepers.ts'
import type { LockPlace, LockScheme, MakeSockLock, SharedLock } from './schemes/lock-scheme.ts'
import type { SockLocks } from './sections.ts'
import { ownSendWords, type SendWords, sendWordsAtPeer, SOCK } from './sock-layout.ts'

/** Where the locks are that all sockets share. */
export type SharedLocks = Readonly<Record<SharedLock, Address>>

/** One control block as one thread sees it; it serves for all uses of the block. */
export class SockParts {
  readonly locks: SockLocks
  readonly receivers: Sleepers
  readonly acceptors: Sleepers
  readonly ring: Ring
  readonly #own: SendWords
  readonly #incoming: SendWords
  readonly #senders: Sleepers
  readonly #incomingSenders: Sleepers

  constructor(
    memory: Memory,
    scheme: LockScheme,
    readonly at: Address,
    bytes: number,
    make: MakeSockLock,
    shared: SharedLocks,
  ) {
    const locks = scheme.order.map((type) => {
      return [type.place, make(lockAt(type.place, at, shared), type)] as const
    })
    this.locks = Object.fromEntries(locks) as Record<LockPlace, (typeof locks)[0][1]>
    this.receivers = new Sleepers(memory, at + SOCK.offset.receivers)
    this.acceptors = new Sleepers(memory, at + SOCK.offset.acceptors)
    this.ring = new Ring(memory, at + SOCK.size, bytes)
    this.#own = ownSendWords(at)
    this.#incoming = sendWordsAtPeer(at)
    this.#senders = new Sleepers(memory, this.#own.senders)
    this.#incomingSenders = new Sleepers(memory, this.#incoming.senders)
  }

  /** The words by which this socket sends to `peer`, and how its senders sleep. */
  sending(scheme: LockScheme, peer: SockParts): { words: SendWords; senders: Sleepers } {
    return scheme.areas.send?.of === 'peer'
      ? { words: peer.#incoming, senders: peer.#incomingSenders }
      : { words: this.#own, senders: this.#senders }
  }
}

function lockAt(place: LockPlace, socket: Address, shared: SharedLocks): Address {
  return place === 'accept' || place === 'names' ? shared[place] : socket + SOCK.offset[place]
}
