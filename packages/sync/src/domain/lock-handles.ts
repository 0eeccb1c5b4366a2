import { BadHandle, came, expectHandle, type HandleKind } from '@smpnet/memory'
import { LOT_HANDLE, type Seat } from '@smpnet/park'
import { LockMisuse } from '../errors.ts'
import type { DomainHandle, LockHandle, LockKind } from '../words/lock-kind.ts'

const SEAT: HandleKind = { of: 'a seat', fields: { thread: 'count', generation: 'count' } }

const DOMAIN: HandleKind = {
  of: 'a domain',
  fields: { buffer: 'buffer', at: 'address', lot: LOT_HANDLE, 'seat?': SEAT },
}

/** Throws BadHandle unless it looks like the handle of a domain. */
export function expectDomainHandle(handle: DomainHandle): void {
  expectHandle(DOMAIN, handle)
}

/** Throws LockMisuse unless it is a seat, as `invite` gives it. */
export function expectSeat(seat: unknown): void {
  const { thread, generation } = (seat ?? {}) as Partial<Seat>
  if (Number.isInteger(thread) && Number.isInteger(generation)) return
  throw new LockMisuse(`what \`invite\` gave is buried, a thread's seat: ${came(seat)} came`)
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
