import { LockTimeout } from '@smpnet/sync'

export const soon = { timeoutMs: 3 }
export const later = { timeoutMs: 20_000 }

/** Enters, mends what a dead holder left, and exits. */
export async function enters(lock, side, /** @type {{ timeoutMs?: number }} */ options = later) {
  const guard = await side.lock({ recover: true, ...options })
  if (lock.isAbandoned?.() && side !== lock.read && side !== lock.shared) lock.recover(guard.td)
  guard.unlock()
}

export const trying = (run) => {
  try {
    run()
  } catch (error) {
    if (!(error instanceof LockTimeout)) throw error
  }
}

export const forgiving =
  (...kinds) =>
  (error) => {
    if (!kinds.some((Kind) => error instanceof Kind)) throw error
  }

/** The supervisor is inside, and lets go a little after the victim has begun. */
export const held = (side) => ({
  begins({ lock }) {
    const guard = side(lock).lockSync()
    return () => guard.unlock()
  },
})

/** Takes permits, and gives them back. */
export async function takes(lock, count) {
  await lock.acquireAsync(count, later)
  lock.releaseSync(count)
}
