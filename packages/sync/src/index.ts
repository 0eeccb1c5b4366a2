export { Barrier, type BarrierOptions } from './events/barrier.ts'
export { Condition } from './events/condition.ts'
export { Counter } from './reading/counter.ts'
export { Epoch } from './reading/epoch.ts'
export {
  BadHandle,
  CannotBlock,
  LockAbandoned,
  LockMisuse,
  LockTimeout,
  NoWaiter,
} from './errors.ts'
export { EventCount } from './events/event-count.ts'
export { type Exitable, exitNow } from './offered/exit-now.ts'
export { DISPOSE, type Guard } from './offered/guard.ts'
export type { DomainHandle, LockHandle, LockKind } from './words/lock-kind.ts'
export { LockProfile, lockProfileTable, type ProfileRow } from './watch/lock-profile.ts'
export {
  type Backoff,
  BACKOFF_NAMES,
  type BackoffName,
  backoffOf,
  lockDelay,
  type LockDelayKnobs,
  lockDelayMax,
  NO_BACKOFF,
} from './words/backoff.ts'
export { McsLock } from './locks/mcs-lock.ts'
export { Mutex, type MutexOptions } from './locks/mutex.ts'
export { MutexWord } from './locks/mutex-word.ts'
export {
  type AwaitOptions,
  checkTimeout,
  type Home,
  type LockOptions,
  type Named,
  type WaitOptions,
} from './offered/offered.ts'
export { Once } from './events/once.ts'
export { Placed } from './domain/placed.ts'
export { RmLock } from './reading/rm-lock.ts'
export type { Rendezvous } from './reading/rm-words.ts'
export type { RmReadSide, RmWriteSide } from './reading/rm-sides.ts'
export { RwLock } from './locks/rw-lock.ts'
export type { ReadSide, WriteSide } from './locks/rw-sides.ts'
export { Section } from './offered/section.ts'
export { Semaphore, type SemaphoreOptions } from './locks/semaphore.ts'
export { MAX_PERMITS } from './words/semaphore-word.ts'
export { Seqc, WRITING } from './reading/seqc.ts'
export { SharedSection } from './offered/shared-section.ts'
export { Smr } from './reading/smr.ts'
export { SpinMutex } from './locks/spin-mutex.ts'
export { Sx } from './locks/sx.ts'
export { type DomainOptions, SyncDomain } from './domain/sync-domain.ts'
export { detach, enterAgain, enterDomain, leaveDomain } from './domain/visiting.ts'
export { address } from './domain/address.ts'
export {
  handleOf,
  openLock,
  type Placement,
  placeLock,
  type Placing,
} from './domain/placing.ts'
export { bury, type Invitation, invite } from './burial/guests.ts'
export { BY_RECORDS, byLines, inWords, NOBODY } from './words/names.ts'
export { TicketLock } from './locks/ticket-lock.ts'
export { watch, type WatchOptions } from './watch/watched.ts'
export type { OrderShape } from './watch/order-graph.ts'
export { type Taken, Witness, type WitnessOptions } from './watch/witness.ts'
