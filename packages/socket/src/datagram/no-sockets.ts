import { failed, failureOf } from './results.ts'

/** All sockets are in use, or the protocol has no room for another. */
export class NoSockets extends Error {
  override name = 'NoSockets'

  private constructor(
    /** The name of the errno. */
    readonly code: string,
    message: string,
  ) {
    super(message)
  }

  static allInUse(sockets: number, kind = 'datagram'): NoSockets {
    const message = `all ${sockets} ${kind} sockets are in use: place more \`sockets\``
    return new NoSockets('ENFILE', message)
  }

  static refusedBy(protocol: string, errno: number): NoSockets {
    const failure = failureOf(failed(errno))
    const code = failure?.name ?? `errno ${errno}`
    return new NoSockets(code, `${protocol} takes no other socket: ${failure?.sentence}`)
  }
}
