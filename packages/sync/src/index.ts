export { awaiting } from './awaiting.ts'
export { block } from './block.ts'
export { KeepAlive } from './keep-alive.ts'
export { Lot } from './lot.ts'
export type { LotHandle, LotShape } from './lot-shape.ts'
export { Mutex } from './mutex.ts'
export { SpinBudget } from './spin-budget.ts'
export {
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
