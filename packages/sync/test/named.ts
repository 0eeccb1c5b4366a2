import type { LockCase } from '@smpnet/testing/locks'

/** Cases for `it.for` with the title `%s`, which is not shortened as `$name` is. */
export function named(cases: readonly LockCase[]): (readonly [string, LockCase])[] {
  return cases.map((one) => [one.name, one])
}
