import { came, expectOptions } from '@smpnet/memory'
import { LockMisuse } from '../errors.ts'
import type { LockKind } from '../words/lock-kind.ts'

/**
 * Throws, before anything is placed, LockMisuse for what is no domain, and a TypeError for options
 * that are none. Every `create` begins with it.
 */
export function expectDomain(domain: unknown, { name }: LockKind, options: unknown): void {
  const found = (domain ?? {}) as Record<string, unknown>
  if (typeof found['place'] === 'function' && typeof found['borrow'] === 'function') {
    return expectOptions(`a new ${name}`, options)
  }
  const hint = typeof found['lot'] === 'object' ? '; SyncDomain.open makes one of its handle' : ''
  throw new LockMisuse(`a ${name} is placed in a SyncDomain: ${came(domain)} came${hint}`)
}
