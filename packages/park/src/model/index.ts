export { CalmMemory, CalmWaker, untilPosted } from './calm-lot.ts'
export type { Checker } from './checker.ts'
export { drive } from './drive.ts'
export { type Burying, buryBy, type MortalWorld } from './burying.ts'
export { ModelLock } from './model-lock.ts'
export { live, mortal } from './mortal.ts'
export {
  alikeIn,
  ImmortalLot,
  type Parked,
  type ParkedFault,
  parkedWorld,
  type ParkedWorld,
  TurnMemory,
  untilWoken,
} from './parked-world.ts'
export { StillWaiter } from './still-waiter.ts'
export { type Fault, tinyWorld, TornMemory } from './tiny-world.ts'
