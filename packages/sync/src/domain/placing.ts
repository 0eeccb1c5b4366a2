import {
  type Address,
  BadHandle,
  came,
  expectHandle,
  expectMethods,
  expectOptions,
} from '@smpnet/memory'
import type { LotHandle } from '@smpnet/park'
import { LockMisuse } from '../errors.ts'
import type { LockHandle, LockKind } from '../words/lock-kind.ts'
import type { DomainRegion } from './domain-region.ts'
import { DOMAIN, expectSyncDomain, regionNamedBy, SyncDomain } from './sync-domain.ts'

/**
 * How a lock gets its words in a domain, and how others find them there: what the `create`, `open`
 * and `handle` of every kind are made of. The domain itself knows no kind of lock.
 */
export interface Placing {
  /** Where it goes, such as `address(4096)`; unless told, where there is room, on its own lines. */
  readonly at?: Placement
}

/** Finds the address of a new lock. Throws BadHandle for one that cannot be had. */
export interface Placement {
  placeIn(region: DomainRegion, kind: LockKind, bytes: number, align: number): Address
}

/**
 * Throws, before anything is placed, LockMisuse for what is no domain, and a TypeError for options
 * that are none. Every `create` begins with it.
 */
export function expectDomain(domain: unknown, { name }: LockKind, options: unknown): void {
  expectSyncDomain(domain, `a ${name} is placed in`)
  expectOptions(`a new ${name}`, options)
}

/**
 * The address of a new lock of `bytes` bytes. Throws OutOfMemory when the domain is full, and
 * BadHandle for an address that is misaligned, outside, in use, or not zero.
 */
export function placeLock(
  kind: LockKind,
  domain: SyncDomain,
  bytes: number,
  options: Placing = {},
  align = 4,
): Address {
  expectKind(kind)
  expectOptions(`a ${kind.name} that is placed`, options)
  const { at } = options
  expectSyncDomain(domain, `a ${kind.name} is placed in`)
  const { region } = domain
  if (!(Number.isInteger(bytes) && bytes >= 1)) {
    throw new LockMisuse(`a ${kind.name} has whole bytes, at least 1: ${came(bytes)} came`)
  }
  if (at === undefined) return region.placeLock(kind, bytes)
  if (typeof at?.placeIn === 'function') return at.placeIn(region, kind, bytes, align)
  throw new LockMisuse(`a ${kind.name} is placed at an \`address(…)\`: ${came(at)} came`)
}

/**
 * The lock that a handle names, of `bytes` bytes, or so many for the CPUs and the lot of its
 * domain, which is opened when all is found in order. Throws BadHandle for what is no such lock,
 * and a RangeError when its domain has no number for another thread.
 */
export function openLock(
  kind: LockKind,
  handle: LockHandle,
  bytes: number | ((cpus: number, lot: LotHandle) => number),
): { readonly domain: SyncDomain; readonly at: Address } {
  expectKind(kind)
  expectLockHandle(kind, handle)
  const region = regionNamedBy(handle.domain)
  const { lot } = region
  const size = typeof bytes === 'number' ? bytes : bytes(lot.cpus + lot.threads, lot)
  region.verify(kind, size, handle)
  return { domain: SyncDomain.open(handle.domain), at: handle.at }
}

/** The handle of a lock of a domain. Throws LockMisuse if the lock has none. */
export function handleOf(
  lock: { readonly domain?: SyncDomain | undefined; readonly at: Address; name(): string },
  kind: LockKind,
  shape: LockHandle['shape'] = {},
): LockHandle {
  expectKind(kind)
  expectMethods('what has a handle', lock, ['name'])
  const { domain, at } = lock
  if (domain !== undefined) {
    return { kind: kind.name, version: kind.version, domain: domain.handle, at, shape }
  }
  throw new LockMisuse(`${lock.name()} was made without a domain: it has no handle`)
}

/** Throws BadHandle unless it looks like the handle of a lock of that kind, in this version. */
export function expectLockHandle({ name, version }: LockKind, handle: LockHandle): void {
  const fields = {
    kind: 'text',
    version: 'count',
    domain: DOMAIN,
    at: 'any',
    shape: { of: 'a shape', fields: {} },
  } as const
  expectHandle({ of: `a ${name}`, fields }, handle)
  if (handle.kind !== name || handle.version !== version) {
    throw new BadHandle(
      `the handle of a ${name}, version ${version}, was expected: ` +
        `that of a ${handle.kind}, version ${handle.version}, came`,
    )
  }
  const wrong = Object.entries(handle.shape).find(([, figure]) => !Number.isInteger(figure))
  if (wrong === undefined) return
  throw new BadHandle(
    `the handle of a ${name} has whole numbers in its shape: ${wrong[0]} is ${came(wrong[1])}`,
  )
}

/** Throws LockMisuse for what is no kind of lock. */
function expectKind(kind: LockKind): void {
  const { name, code, version, names } = (kind ?? {}) as Partial<LockKind>
  if (typeof name === 'string' && [code, version, names].every(Number.isInteger)) return
  throw new LockMisuse(
    `a kind of lock has a name, a code, a version, and says whom it names: ${came(kind)} came`,
  )
}
