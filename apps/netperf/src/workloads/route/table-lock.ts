import type { Address } from '@smpnet/memory'
import { SETTLE } from '@smpnet/memory'
import type { Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import { lockKinds } from '../../locks/index.ts'
import { LATER, type ListLock, type ListLockKind, TORN } from '../../locks/list-lock.ts'
import type { KernelHost } from '../../model/kernel-program.ts'
import { lookUp } from '../../options/usage-error.ts'

export const NO_LOCK = 'none'

/** Bytes of the lock of a table, or 0 for none. Throws a UsageError for what is no kind of lock. */
export function tableLockBytes(kind: string, cpus: number): number {
  return kindOf(kind)?.bytes(cpus) ?? 0
}

/** A table of a router is read under its lock, if it has one. */
export class TableLock {
  readonly #lock: ListLock | undefined

  constructor(kind: string, at: Address, { cpu, locks }: KernelHost, named: string) {
    this.#lock = kindOf(kind)?.open({ cpu, at, spares: [], locks, named })
  }

  /** What `look` returns, once what it saw was whole. */
  *read(td: Thread, look: () => number): Waiting<number> {
    const lock = this.#lock
    const { memory } = td.lot
    for (;;) {
      while (!memory.settled()) yield SETTLE
      if (lock === undefined) return look()
      if (!lock.tryRead(td)) yield* lock.read(td)
      while (!memory.settled()) yield SETTLE
      const found = look()
      while (!memory.settled()) yield SETTLE
      let ended = lock.tryEndRead(td)
      if (ended === LATER) ended = yield* lock.endRead(td)
      if (ended !== TORN) return found
    }
  }
}

function kindOf(kind: string): ListLockKind | undefined {
  return kind === NO_LOCK ? undefined : lookUp('lock', lockKinds, kind)
}
