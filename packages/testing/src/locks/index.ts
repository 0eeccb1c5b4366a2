export { deathCases, type HeldUnderTest, type MortalKindUnderTest } from './death-cases.ts'
export { lockCases } from './lock-cases.ts'
export type {
  GuardUnderTest,
  LockCase,
  LockKindUnderTest,
  LockUnderTest,
  SectionUnderTest,
} from './lock-under-test.ts'
export {
  type HandleUnderTest,
  placeCases,
  type PlacedKindUnderTest,
  type PlacedUnderTest,
  type PlacesUnderTest,
} from './place-cases.ts'
export {
  reclaimCases,
  type ReclaimerKindUnderTest,
  type ReclaimerUnderTest,
} from './reclaim-cases.ts'
export {
  waitCases,
  type WaitKindUnderTest,
  type WaitOptionsUnderTest,
  type WaitUnderTest,
} from './wait-cases.ts'
