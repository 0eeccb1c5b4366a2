/**
 * The result of a call is one number: how many bytes, from 0; or WOULD_BLOCK, -1; or below that, a
 * failure with an errno, of which `failureOf` says the name and a sentence. So the hot path makes
 * no object.
 */
const FAILED = -0x1000

/** What went wrong, by FreeBSD's numbers. */
export const ERRNO = {
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EINVAL: 22,
  EPIPE: 32,
  EDESTADDRREQ: 39,
  EMSGSIZE: 40,
  EPROTOTYPE: 41,
  EOPNOTSUPP: 45,
  EAFNOSUPPORT: 47,
  EADDRINUSE: 48,
  EADDRNOTAVAIL: 49,
  ENETDOWN: 50,
  ENETUNREACH: 51,
  ECONNABORTED: 53,
  ECONNRESET: 54,
  ENOBUFS: 55,
  EISCONN: 56,
  ENOTCONN: 57,
  ECONNREFUSED: 61,
  EHOSTDOWN: 64,
  EHOSTUNREACH: 65,
} as const

export type ErrnoName = keyof typeof ERRNO

const SENTENCES: Record<ErrnoName, string> = {
  EBADF: 'the socket was closed',
  ENOMEM: 'there is no memory for it',
  EACCES: 'it is not permitted',
  EINVAL: 'a socket is bound once, to an address that can be: this one is bound, or it cannot be',
  EPIPE: 'the socket sends nothing more',
  EDESTADDRREQ: 'a datagram needs an address, since the socket is not connected: none came',
  EMSGSIZE: 'the datagram is larger than the protocol takes',
  EPROTOTYPE: 'the socket that listens there is of another kind',
  EOPNOTSUPP: 'the protocol does not do this',
  EAFNOSUPPORT: 'the protocol has no addresses of that family',
  EADDRINUSE: 'another socket has the address',
  EADDRNOTAVAIL: 'the address, or a port of it, is not to be had here',
  ENETDOWN: 'the network is down',
  ENETUNREACH: 'no route leads to the network',
  ECONNABORTED: 'the connection was aborted',
  ECONNRESET: 'the peer has reset the connection',
  ENOBUFS: 'all buffers are in use',
  EISCONN: 'the socket is connected, and takes no other address',
  ENOTCONN: 'the socket is not connected',
  ECONNREFUSED: 'nobody receives at the address of an earlier datagram',
  EHOSTDOWN: 'the host of an earlier datagram is down',
  EHOSTUNREACH: 'no route leads to the host of an earlier datagram',
}

/** A failure in words. */
export interface Failure {
  readonly errno: number
  /** The name of the errno, such as 'ECONNREFUSED'. */
  readonly name: string
  readonly sentence: string
}

const byNumber = new Map<number, Failure>(
  (Object.keys(ERRNO) as ErrnoName[]).map((name) => {
    return [ERRNO[name], { errno: ERRNO[name], name, sentence: SENTENCES[name] }]
  }),
)

/** The result that says `errno`; 0 for none. */
export function failed(errno: number): number {
  return errno === 0 ? 0 : FAILED - errno
}

/** The errno that a result says; 0 when the call has not failed. */
export function errnoOf(result: number): number {
  return result < FAILED ? FAILED - result : 0
}

/** What went wrong, in words; undefined when the call has not failed. */
export function failureOf(result: number): Failure | undefined {
  const errno = errnoOf(result)
  if (errno === 0) return undefined
  const sentence = `the protocol says errno ${errno}, which has no name here`
  return byNumber.get(errno) ?? { errno, name: `errno ${errno}`, sentence }
}
