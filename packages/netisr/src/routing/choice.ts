import { type Address, NIL } from '@smpnet/memory'
import type { Registered } from '../protocols/registry.ts'
import type { Buckets, Leaving } from './buckets.ts'

/** Of `Choice.dispatch`: the packet is queued whatever the dispatch is. */
export const ANY_DISPATCH = 0

/**
 * A packet that is sent, and the workstream that was chosen for it without a lock. Under the lock
 * of that workstream it is asked whether the choice still holds, since what it was made by may have
 * changed: the dispatch that counts, and where the packet's bucket goes.
 */
export class Choice {
  /** What is sent. */
  known!: Registered
  source = 0
  packet: Address = NIL
  /** The CPU on which it is sent. */
  here = 0
  /** The number of the workstream. */
  stream = 0
  /** The bucket of the packet's flow, or NIL. */
  bucket: Address = NIL
  /** Of `Buckets.version`. */
  version = 0
  /** What `Effective.now` was, or `ANY_DISPATCH`. */
  dispatch = ANY_DISPATCH

  constructor(readonly buckets: Buckets) {}

  /** For a packet of a protocol that came from `source`. */
  of(known: Registered, source: number, packet: Address): this {
    this.known = known
    this.source = source
    this.packet = packet
    return this
  }

  /**
   * Whether the packet belongs to `stream`, whose lock the caller holds. If its bucket is wished
   * elsewhere it leaves now, if it can, and then the packet does not.
   */
  belongsTo(stream: Leaving): boolean {
    const { bucket, buckets, dispatch } = this
    if (dispatch !== ANY_DISPATCH && this.known.effective.now() !== dispatch) return false
    if (bucket === NIL) return true
    if (buckets.to(bucket) !== stream.id || buckets.version() !== this.version) return false
    return !buckets.moves(bucket, stream)
  }

  /** The packet is about to be queued as number `sequence` of its workstream, under its lock. */
  queued(sequence: number): void {
    if (this.bucket !== NIL) this.buckets.queued(this.bucket, sequence)
  }
}
