import type { Address } from '@smpnet/memory'
import type { Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import { namedLockKinds } from '../../locks/index.ts'
import { LATER, type ListLock, type ListLockKind } from '../../locks/list-lock.ts'
import type { KernelHost } from '../../model/kernel-program.ts'
import { lookUp } from '../../options/usage-error.ts'

/** No lock: what netisr does, since protocols are registered at boot. */
export const NO_LOCK = 'none'

/**
 * The lock of netisr's table of protocols, NETISR_LOCKING in FreeBSD's net/netisr.c, which leaves
 * it out for what it costs: dispatchers read under it, and workers, once for what they take.
 */
export class RegistryLock {
  constructor(readonly lock: ListLock) {}

  static kindOf(name: string): ListLockKind | undefined {
    return name === NO_LOCK ? undefined : lookUp('lock', namedLockKinds, name)
  }

  static open(name: string, at: Address, { cpu, locks }: KernelHost): RegistryLock | undefined {
    const kind = RegistryLock.kindOf(name)
    if (kind === undefined) return undefined
    return new RegistryLock(kind.open({ cpu, at, spares: [], locks, named: 'netisr registry' }))
  }

  *enter(td: Thread): Waiting {
    if (!this.lock.tryRead(td)) yield* this.lock.read(td)
  }

  *exit(td: Thread): Waiting {
    if (this.lock.tryEndRead(td) === LATER) yield* this.lock.endRead(td)
  }
}
