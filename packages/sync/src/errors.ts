/** A mistake of the caller: the shared state is as it was, and stays usable. */
export class LockMisuse extends Error {
  override name = 'LockMisuse'
}

/** The time that a wait was given is over. The platform has the same name for it. */
export class LockTimeout extends Error {
  override name = 'TimeoutError'
}

/** A handle or an address does not lead to what it should. */
export class BadHandle extends TypeError {
  override name = 'BadHandle'
}
