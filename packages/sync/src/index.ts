export { awaiting } from './awaiting.ts'
export { block } from './block.ts'
export { BadHandle, LockMisuse, LockTimeout } from './errors.ts'
export type { Guard } from './guard.ts'
export { KeepAlive } from './keep-alive.ts'
export type { DomainHandle, LockHandle, LockKind } from './lock-kind.ts'
export { Lot } from './lot.ts'
export type { LotHandle, LotShape } from './lot-shape.ts'
export { Mutex, type MutexOptions } from './mutex.ts'
export { type AwaitOptions, type Home, Section, type WaitOptions } from './section.ts'
export { SpinBudget } from './spin-budget.ts'
export { type DomainOptions, type Placing, SyncDomain } from './sync-domain.ts'
export {
  ABORTED,
  CHANGED,
  type Outcome,
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
