export {
  BadHandle,
  CannotBlock,
  LockAbandoned,
  LockMisuse,
  LockTimeout,
  NoWaiter,
} from '../errors.ts'
export { type DomainOptions, SyncDomain } from '../domain/sync-domain.ts'
export type { Placement, Placing } from '../domain/placing.ts'
export { Mutex, type MutexOptions } from '../locks/mutex.ts'
export { MutexWord } from '../locks/mutex-word.ts'
export { DISPOSE, type Guard } from '../offered/guard.ts'
export type { AwaitOptions, Home, LockOptions, WaitOptions } from '../offered/offered.ts'
export type { Backoff } from '../words/backoff.ts'
export type { DomainHandle, LockHandle } from '../words/lock-kind.ts'
