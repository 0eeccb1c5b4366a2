import { type Address, layout, word } from '@smpnet/memory'
import type { LotHandle, Seat } from '@smpnet/park'

/**
 * What a kind of lock is in shared memory. A lock that a domain has placed is followed by a tag,
 * which says that there is one, of which kind and in which version of its layout: so a handle from
 * another version, and a lock placed over another, are found before they do harm.
 */
export interface LockKind {
  /** As messages name it: 'mutex'. */
  readonly name: string
  /** Distinguishes kinds in tags: 1 to 255. */
  readonly code: number
  /** Changes with the layout: 1 to 255. */
  readonly version: number
}

export const TAG = layout('tag', {
  /** (x) Written once, by the thread that places the lock: `tagOf` its kind. */
  kind: word('x'),
  /** (a) Bytes of the lock without its tag, and the tag of the one that was placed before it. */
  bytes: word('a'),
  next: word('a'),
})

/** The high half of every tag's first word; no counter or address of this package looks like it. */
const MAGIC = 0x10c50000

/** The first word of the tag of a placed lock of this kind. */
export function tagOf(kind: LockKind): number {
  return MAGIC | (kind.code << 8) | kind.version
}

/** What another thread needs to use a domain; it can be cloned and posted. */
export interface DomainHandle {
  readonly buffer: SharedArrayBuffer
  /** Where in it the domain's own words are. */
  readonly at: Address
  readonly lot: LotHandle
  /** The seat that is kept for the thread that opens it. */
  readonly seat?: Seat
}

/** What another thread needs to use a lock; it can be cloned and posted. */
export interface LockHandle {
  readonly kind: string
  readonly version: number
  readonly domain: DomainHandle
  readonly at: Address
  /** Figures that its kind was created with, by name. */
  readonly shape: Readonly<Record<string, number>>
}
