export { lockCases } from './lock-cases.ts'
export type {
  GuardUnderTest,
  LockCase,
  LockKindUnderTest,
  LockUnderTest,
  SectionUnderTest,
} from './lock-under-test.ts'
