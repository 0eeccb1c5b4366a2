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
 * The peer aborted the connection, or its thread ended. One call hears of it, after what was
 * received before; those after it find the end, or a broken pipe.
 */
export class ConnectionReset extends Error {
  override name = 'ConnectionReset'
  readonly code = 'ECONNRESET'

  constructor(
    /** Bytes that the call had sent before; nobody will receive them. */
    readonly sent = 0,
  ) {
    super('the peer has reset the connection: it aborted it, or its thread has ended')
  }
}

/** Nobody listens at a name, or its queue is full. */
export class ConnectionRefused extends Error {
  override name = 'ConnectionRefused'
  readonly code = 'ECONNREFUSED'

  constructor(
    /** What was to be connected to. */
    readonly to: string,
    /** Whether somebody listens there, whose queue is full. */
    readonly isFull: boolean,
  ) {
    super(
      isFull
        ? `the queue of the socket that listens at '${to}' is full: it accepts too seldom for ` +
            'its `backlog` and `waiting`'
        : `no socket listens at '${to}'`,
    )
  }
}

/** The time for a connect is over. */
export class ConnectTimeout extends Error {
  override name = 'ConnectTimeout'
  readonly code = 'ETIMEDOUT'

  constructor(
    readonly to: string,
    timeoutMs: number | undefined,
  ) {
    super(`'${to}' accepted too few connections in ${timeoutMs} ms for this one to be made`)
  }
}

/** A listener was closed, by this thread or another, while a call waited to accept. */
export class ListenerClosed extends Error {
  override name = 'ListenerClosed'
  readonly code = 'ECONNABORTED'

  constructor() {
    super('a socket accepts while it listens: it was closed')
  }
}

/** Another socket has the name. */
export class NameInUse extends Error {
  override name = 'NameInUse'
  readonly code = 'EADDRINUSE'

  constructor(named: string) {
    super(`a name is of one socket at a time: another has '${named}'`)
  }
}

/** All names that a domain has room for are in use. */
export class NoNames extends Error {
  override name = 'NoNames'
  readonly code = 'ENOBUFS'

  constructor(names: number) {
    super(`all ${names} names are in use: make the domain with more \`names\``)
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

/** A packet is longer than a buffer can hold: it could never be sent as a whole. */
export class PacketTooLong extends Error {
  override name = 'PacketTooLong'
  readonly code = 'EMSGSIZE'

  constructor(bytes: number, mostBytes: number) {
    super(
      `a packet has at most ${mostBytes} bytes here, as its buffer has: one of ${bytes} came; ` +
        'make the domain with more `bufferBytes`',
    )
  }
}

/** A name is of a socket of another kind than the one that connects or sends to it. */
export class WrongKind extends Error {
  override name = 'WrongKind'
  readonly code = 'EPROTOTYPE'

  constructor(to: string, kind: string, listens: string) {
    super(`the socket at '${to}' is of kind '${listens}': one of kind '${kind}' came`)
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
/**
 * The result of a try on an end whose peer has reset the connection, which no call has reported.
 */
export const RESET = -4
