import { type Address, came, type Memory } from '@smpnet/memory'
import { SocketMisuse } from './errors.ts'
import { PAIR } from './pair-layout.ts'

/**
 * What goes through a socket: bytes without bounds, packets of one peer, each as a whole, or
 * packets of all that know its name. FreeBSD's SOCK_STREAM, SOCK_SEQPACKET and SOCK_DGRAM.
 */
export type SocketKind = 'stream' | 'seqpacket' | 'dgram'

/** Kinds of sockets that are joined to a peer. */
export type JoinedKind = 'stream' | 'seqpacket'

export interface OfKind {
  /** What goes through the socket; 'stream' unless told. */
  readonly kind?: JoinedKind
}

/** By their codes, which are the words of pairs. */
const KINDS: readonly SocketKind[] = ['stream', 'seqpacket', 'dgram']

export function codeOf(kind: SocketKind): number {
  return KINDS.indexOf(kind)
}

/** The kind of a pair, which is the same at both ends. */
export function kindOf(memory: Memory, pair: Address): SocketKind {
  return KINDS[memory.read(pair + PAIR.offset.kind)] ?? 'stream'
}

/** Throws SocketMisuse for what is no kind of a socket that is joined to a peer. */
export function expectJoined(kind: unknown = 'stream'): JoinedKind {
  if (kind === 'stream' || kind === 'seqpacket') return kind
  throw new SocketMisuse(`a socket is of kind 'stream' or 'seqpacket': ${came(kind)} came`)
}

/** Throws SocketMisuse for a socket of packets, where what is made of it cuts bytes as it likes. */
export function expectStream(what: string, { kind = 'stream' }: { kind?: SocketKind }): void {
  if (kind === 'stream') return
  throw new SocketMisuse(`${what} go over a socket of kind 'stream': '${kind}' came`)
}
