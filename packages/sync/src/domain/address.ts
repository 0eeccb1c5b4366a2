import {
  type Address,
  breakFrom,
  came,
  holderOf,
  NIL,
  spinNow,
  unspin,
  WORD_BYTES,
} from '@smpnet/memory'
import { BadHandle } from '../errors.ts'
import type { LockKind } from '../words/lock-kind.ts'
import { type DomainRegion, isMultiple, REGION, TAG, tagOf, writeTag } from './domain-region.ts'
import type { Placement } from './placing.ts'

/**
 * How a lock is placed at an address of the caller's choice, anywhere in the domain's buffer
 * outside the domain's own bytes. No two locks overlap there: those that have an address are in a
 * list, through which a thread looks under a spin lock before it adds one.
 */

/**
 * The placement of a lock at a byte offset in the domain's buffer: a multiple of 4, or of 64 for
 * locks of whole cache lines, at which the bytes of the lock and of its tag are zero.
 *
 *     Mutex.create(domain, { at: address(4096) })
 */
export function address(at: Address): Placement {
  return {
    placeIn(region, kind, bytes, align) {
      placeAt(region, kind, at, bytes, align)
      return at
    },
  }
}

/** Throws BadHandle for a place that cannot be; threads that place at the same time take turns. */
function placeAt(
  region: DomainRegion,
  kind: LockKind,
  at: Address,
  bytes: number,
  align: number,
): void {
  checkPlace(region, kind, at, bytes + TAG.size, align)
  const { memory } = region
  const given = region.at + REGION.offset.given
  const tag = at + bytes
  const placing = region.at + REGION.offset.placing
  spinNow(memory, placing, 'the lock of a domain in which a lock is placed')
  try {
    const last = memory.read(given)
    checkFree(region, kind, at, tag + TAG.size, last)
    memory.write(region.at + REGION.offset.giving, tag)
    writeTag(memory, kind, tag, bytes)
    memory.write(tag + TAG.offset.next, last)
    memory.store(given, tag)
    memory.write(region.at + REGION.offset.giving, NIL)
  } finally {
    unspin(memory, placing)
  }
  memory.store(tag + TAG.offset.kind, tagOf(kind))
}

/**
 * The thread of that number has ended. If it was placing a lock at an address, others can again,
 * and that address is as it was, or has a lock that nobody knows of.
 */
export function endPlacing({ memory, at }: DomainRegion, thread: number): void {
  breakFrom(memory, at + REGION.offset.placing, holderOf(thread), () => {
    const tag = memory.read(at + REGION.offset.giving)
    if (tag !== NIL && memory.read(at + REGION.offset.given) !== tag) {
      for (const offset of Object.values(TAG.offset)) memory.write(tag + offset, 0)
    }
    memory.write(at + REGION.offset.giving, NIL)
  })
}

function checkPlace(
  region: DomainRegion,
  { name }: LockKind,
  at: Address,
  bytes: number,
  align: number,
): void {
  if (!isMultiple(at, align) || at < 0 || at + bytes > region.memory.size) {
    throw new BadHandle(
      `a ${name} has ${bytes} bytes, at a multiple of ${align}, within the buffer's ` +
        `${region.memory.size}: ${came(at)} came`,
    )
  }
  if (at + bytes <= region.at || at >= region.limit) return
  throw new BadHandle(
    `bytes ${region.at} to ${region.limit} are the domain's own: a ${name} at ${at} would ` +
      'overlap them',
  )
}

function checkFree(
  { memory }: DomainRegion,
  { name }: LockKind,
  at: Address,
  end: Address,
  last: Address,
): void {
  for (let tag = last; tag !== NIL; tag = memory.read(tag + TAG.offset.next)) {
    const from = tag - memory.read(tag + TAG.offset.bytes)
    if (end <= from || at >= tag + TAG.size) continue
    throw new BadHandle(
      `a ${name} at ${at} would overlap the lock whose bytes are ${from} to ${tag + TAG.size}`,
    )
  }
  for (let word = at; word < end; word += WORD_BYTES) {
    if (memory.load(word) === 0) continue
    throw new BadHandle(`a ${name} is placed where all is zero: the word at ${word} is not`)
  }
}
