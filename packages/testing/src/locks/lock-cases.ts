import { readerCases } from './reader-cases.ts'
import { writerCases } from './writer-cases.ts'
import type { LockCase, LockKindUnderTest } from './lock-under-test.ts'

/** Every promise that a kind of lock makes, as a case that passes or throws. */
export function lockCases(kind: LockKindUnderTest): LockCase[] {
  return [...writerCases(kind), ...readerCases(kind)]
}
