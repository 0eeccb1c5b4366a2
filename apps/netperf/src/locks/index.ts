import { lockTable } from '@smpnet/sync/kinds'
import { epochKind } from './epoch-lock.ts'
import type { ListLockKind } from './list-lock.ts'
import { sectionKind } from './section-lock.ts'
import { seqcKind } from './seqc-lock.ts'
import { smrKind } from './smr-lock.ts'
import { trackedRmKind } from './tracked-rm-lock.ts'

/**
 * Every kind of lock, in the order of the tables: those that are entered and exited, of which the
 * table of `@smpnet/sync` has a line each, and what readers use without excluding writers.
 */
const ALL: readonly ListLockKind[] = [...lockTable.map(sectionKind), epochKind, smrKind, seqcKind]

export const lockKinds: ReadonlyMap<string, ListLockKind> = new Map(
  ALL.map((kind) => [kind.name, kind]),
)

/** The same and those that are run only where they are named: another's form of one of them. */
export const namedLockKinds: ReadonlyMap<string, ListLockKind> = new Map([
  ...lockKinds,
  [trackedRmKind.name, trackedRmKind],
])
