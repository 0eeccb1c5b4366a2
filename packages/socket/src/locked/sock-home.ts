import type { Address, Memory } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import type { NameTable } from '../name-table.ts'
import type { LockScheme } from './schemes/lock-scheme.ts'
import type { Sections } from './sections.ts'
import type { SockParts } from './sock-parts.ts'

/** Names one use of a socket for another thread; it can be cloned and posted. */
export interface SockHandle {
  readonly at: Address
  /** Which use of the block is meant: blocks are given out again once both ends are closed. */
  readonly use: number
}

/** What a socket needs of where it comes from. */
export interface SockHome {
  readonly memory: Memory
  readonly scheme: LockScheme
  readonly sections: Sections
  /** Whether accept looks at the queue before it takes its lock. */
  readonly looksFirst: boolean
  /** The names of sockets; to be read and written under the lock of the scheme. */
  readonly names: NameTable
  partsOf(socket: Address): SockParts
  /** A new block with one reference, CREATED, the caller's; NIL when all are in use. */
  alloc(td: Waiter): Waiting<Address>
  /** Lets one reference to a use of a block go, or does nothing; the last one frees the block. */
  release(td: Waiter, socket: SockHandle, by: number): Waiting
  /** Blocks that hold a socket. Nobody may need them where no thread can be buried. */
  born(): readonly Address[]
}
