export { nap } from './calls/nap.ts'
export { parkForOwner } from './calls/park-for-owner.ts'
export { looksOf, poll, pollAll } from './calls/poll.ts'
export { codeFolder, parkFolder } from './code-folder.ts'
export type { Driver } from './driver.ts'
export { awaiting } from './drivers/awaiting.ts'
export { atOnce } from './drivers/at-once.ts'
export { block, CannotBlock } from './drivers/block.ts'
export { isLoopDue, loopTurn } from './drivers/event-loop.ts'
export { onAbort } from './drivers/on-abort.ts'
export { finish } from './drivers/finish.ts'
export { KeepAlive } from './drivers/keep-alive.ts'
export {
  AWAKE,
  COUNTED_IN,
  DEAD,
  HEARD,
  NO_CPU,
  NO_OWNER,
  OF_AN_OWNER,
  OUT,
  OWNER_BITS,
  ownerIn,
  PARKED,
  QUEUED,
  READY,
  RUNNING,
  SLEEPING,
  WAITER,
} from './entry.ts'
export { hostMs } from './host-clock.ts'
export { LoopShare } from './loop-share.ts'
export { Lot } from './lot/lot.ts'
export { LOT_HANDLE, type LotHandle, type LotShape, wholeLotShape } from './lot/lot-shape.ts'
export type { Parker, Parking } from './lot/parking.ts'
export { type Seat, Seats } from './lot/seats.ts'
export { expectWaiter, NoWaiter } from './lot/no-waiter.ts'
export { NOTICES } from './lot/notices.ts'
export { BUCKET } from './lot/wait-queues.ts'
export { NotifyWaker, type Waker } from './lot/waker.ts'
export { SpinBudget } from './spin-budget.ts'
export {
  FOREVER,
  isLimited,
  leftMs,
  type Until,
  until,
  type WaitClock,
  type WaitLimits,
} from './until.ts'
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
export { type SleepWatch, type WakersWatch, Waiter } from './lot/waiter.ts'
