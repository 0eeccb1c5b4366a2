export { type Address, alignUp, CACHE_LINE_BYTES, NIL, WORD_BYTES } from './address.ts'
export { Arena, OutOfMemory, type PlacedPart } from './arena.ts'
export { BadHandle } from './bad-handle.ts'
export { came } from './came.ts'
export { expectFunction, expectMethods, expectOptions } from './expect.ts'
export {
  expectHandle,
  expectSame,
  type HandleField,
  type HandleKind,
  isShared,
} from './handles.ts'
export {
  type Access,
  type Field,
  inspect,
  type Layout,
  layout,
  View,
  word,
  words,
} from './layout.ts'
export { LiveMemory } from './live-memory.ts'
export { checkMemoryBytes, MAX_MEMORY_BYTES } from './memory-size.ts'
export type { Memory } from './memory.ts'
export { allowBothMemories } from './one-kind.ts'
export { Interrupt, type Pinning, type Place } from './place.ts'
export { Pool, type PoolHandle, type PoolShape } from './pool.ts'
export { PricedMemory, type Pricer } from './priced-memory.ts'
export { expectShared, newShared } from './shared-buffer.ts'
export {
  ANONYMOUS,
  breakFrom,
  HeldTooLong,
  holderName,
  holderOf,
  SpinLock,
  spin,
  spinNow,
  spinNowAs,
  trySpin,
  trySpinAs,
  unspin,
} from './spin-lock.ts'
export { TakeAllStack } from './take-all-stack.ts'
export { SETTLE, SPIN, type Wait, type Waiting } from './wait.ts'
export { type Work, work, workCount, workName } from './work.ts'
export { Zone, type ZoneStatistics } from './zone.ts'
export type { ZoneHandle, ZoneShape } from './zone-shape.ts'
