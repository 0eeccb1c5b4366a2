import { OWNER_DIED, type Outcome, type Waiter, type Waiting } from '@smpnet/park'
import type { Section } from '@smpnet/sync'

/** A lock of a hand-off: a section of `@smpnet/sync`, and how what a dead holder left is mended. */
export interface HandoffLock extends Pick<Section, 'tryEnter' | 'tryExit'> {
  enter(td: Waiter): Waiting<Outcome>
  exit(td: Waiter): Waiting<unknown>
  /** Of locks whose `enter` says that their holder has died: what they protect is whole again. */
  recover?(td: Waiter): void
}

/** Enters; if a holder has died inside, has what it left repaired first. */
export function* enterLock(td: Waiter, lock: HandoffLock, repair: () => void): Waiting {
  if (lock.tryEnter(td)) return
  if ((yield* lock.enter(td)) !== OWNER_DIED) return
  repair()
  lock.recover?.(td)
}

export function* exitLock(td: Waiter, lock: HandoffLock): Waiting {
  if (!lock.tryExit(td)) yield* lock.exit(td)
}
