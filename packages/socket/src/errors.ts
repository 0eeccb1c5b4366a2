/** Sent to an end that will receive nothing more. */
export class BrokenPipe extends Error {
  override name = 'BrokenPipe'
  readonly code = 'EPIPE'

  constructor(
    /** Bytes of the call that were sent before; nobody will receive them. */
    readonly sent: number,
  ) {
    super(`the receiver has gone after ${sent} bytes`)
  }
}

/**
 * A signal ended a send. What had been sent by then arrives; the caller has to know how much that
 * is, to go on or to give up. It has the name and the code that Node and browsers give to an abort.
 */
export class SendAborted extends Error {
  override name = 'AbortError'
  readonly code = 'ABORT_ERR'

  constructor(
    /** Bytes of the call that were sent before. */
    readonly sent: number,
    /** The signal's reason. */
    reason: unknown,
  ) {
    super(`a send was aborted after ${sent} bytes`, { cause: reason })
  }
}

/** A direction takes a buffer with its first send, and all that its zone has are in use. */
export class NoBuffers extends Error {
  override name = 'NoBuffers'
  readonly code = 'ENOBUFS'

  constructor(bufferBytes: number, buffers: number) {
    super(
      `a direction takes a buffer of ${bufferBytes} bytes with its first send, and all ` +
        `${buffers} are in use: make the zone with more \`buffers\``,
    )
  }
}

/** Used after it was closed, or for what it cannot do: a mistake of the caller. */
export class SocketMisuse extends Error {
  override name = 'SocketMisuse'
}

/**
 * The result of a call that could not do all without a wait, or whose time was over. A `try…` call
 * has done nothing then.
 */
export const WOULD_BLOCK = -1
/** The result of `trySend` on a direction whose receiver has gone. */
export const BROKEN = -2
/** The result of `trySend` on a direction that has no buffer yet when all are in use. */
export const NO_BUFFERS = -3
