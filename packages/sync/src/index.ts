export { awaiting } from './awaiting.ts'
export { Barrier, type BarrierOptions } from './barrier.ts'
export { block } from './block.ts'
export { Condition } from './condition.ts'
export { Counter } from './counter.ts'
export { Epoch } from './epoch.ts'
export { BadHandle, LockAbandoned, LockMisuse, LockTimeout } from './errors.ts'
export { EventCount } from './event-count.ts'
export { finish } from './finish.ts'
export { DISPOSE, type Guard } from './guard.ts'
export { KeepAlive } from './keep-alive.ts'
export type { DomainHandle, LockHandle, LockKind } from './lock-kind.ts'
export { LENDING } from './lending.ts'
export { LockProfile, lockProfileTable, type ProfileRow } from './lock-profile.ts'
export { Lot } from './lot.ts'
export type { LotHandle, LotShape } from './lot-shape.ts'
export { Mutex, type MutexOptions } from './mutex.ts'
export { nap } from './nap.ts'
export {
  type AwaitOptions,
  checkTimeout,
  type Home,
  type LockOptions,
  type Named,
  type WaitOptions,
} from './offered.ts'
export { Once } from './once.ts'
export { Placed } from './placed.ts'
export { type Rendezvous, RmLock } from './rm-lock.ts'
export type { RmReadSide, RmWriteSide } from './rm-sides.ts'
export { RwLock } from './rw-lock.ts'
export type { ReadSide, WriteSide } from './rw-sides.ts'
export type { Seat } from './seats.ts'
export { Section } from './section.ts'
export { Semaphore, type SemaphoreOptions } from './semaphore.ts'
export { MAX_PERMITS } from './semaphore-word.ts'
export { Seqc, WRITING } from './seqc.ts'
export { SharedSection } from './shared-section.ts'
export { Smr } from './smr.ts'
export { SpinBudget } from './spin-budget.ts'
export { SpinMutex } from './spin-mutex.ts'
export { Sx } from './sx.ts'
export { type DomainOptions, type Invitation, type Placing, SyncDomain } from './sync-domain.ts'
export {
  ABORTED,
  CHANGED,
  LED,
  type Outcome,
  OWNER_DIED,
  PARK,
  PREEMPT,
  SETTLE,
  SPIN,
  TIMED_OUT,
  type Wait,
  type Waiting,
  WOKEN,
  YIELD,
} from './wait.ts'
export {
  AWAKE,
  DEAD,
  NO_CPU,
  PARKED,
  type Parking,
  READY,
  RUNNING,
  SLEEPING,
  WAITER,
  Waiter,
} from './waiter.ts'
export { NotifyWaker, type Waker } from './waker.ts'
export { watch, type WatchOptions } from './watched.ts'
export type { OrderShape } from './order-graph.ts'
export { type Taken, Witness, type WitnessOptions } from './witness.ts'
