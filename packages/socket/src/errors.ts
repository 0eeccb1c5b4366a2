/** Sent to an end that will receive nothing more. */
export class BrokenPipe extends Error {
  override name = 'BrokenPipe'
  readonly code = 'EPIPE'
}

/** Used after it was closed, or for what it cannot do: a mistake of the caller. */
export class SocketMisuse extends Error {
  override name = 'SocketMisuse'
}

/**
 * The result of a call that could not do all without a wait, or whose time was over. A `try…` call
 * may have begun: the call of the same name without `try` and with the same bytes goes on with it.
 */
export const WOULD_BLOCK = -1
/** The result of `trySend` on a direction whose receiver has gone. */
export const BROKEN = -2
