import type { LockScheme } from './lock-scheme.ts'
import { coalesced } from './coalesced.ts'
import { direction } from './direction.ts'
import { soLock } from './so-lock.ts'
import { split } from './split.ts'

/**
 * Every lock scheme of local stream sockets, a line each. The case suite, the models, the checks of
 * the lock order and the comparisons of `netperf` run over this table.
 */
export const schemeTable: readonly LockScheme[] = [split, soLock, coalesced, direction]
