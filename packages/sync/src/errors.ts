export { BadHandle } from '@smpnet/memory'
export { CannotBlock, NoWaiter } from '@smpnet/park'

/** A mistake of the caller: the shared state is as it was, and stays usable. */
export class LockMisuse extends Error {
  override name = 'LockMisuse'
}

/** The time that a wait was given is over. The platform calls such errors by the same name. */
export class LockTimeout extends Error {
  override name = 'TimeoutError'
}

/** The holder of a mutex has ended inside: what it protects may be half changed. */
export class LockAbandoned extends Error {
  override name = 'LockAbandoned'
  constructor(
    message: string,
    /** The address of the lock. */
    readonly lock: number,
    /** The waiter that held it. */
    readonly waiter: number,
  ) {
    super(message)
  }
}
