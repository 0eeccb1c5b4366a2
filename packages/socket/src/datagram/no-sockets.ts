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

  static allInUse(sockets: number): NoSockets {
    const message = `all ${sockets} datagram sockets are in use: place more \`sockets\``
    return new NoSockets('ENFILE', message)
  }

  static refusedBy(protocol: string, errno: number): NoSockets {
    const failure = failureOf(failed(errno))
    const code = failure?.name ?? `errno ${errno}`
    return new NoSockets(code, `${protocol} takes no other socket: ${failure?.sentence}`)
  }
}
