import { type Address, came, type Memory } from '@smpnet/memory'
import { SOCK } from './sock-layout.ts'

/** A kind of socket: how what one call sends is kept in the buffer of the peer. */
export interface SocketKind {
  readonly name: string
  /** FreeBSD's SOCK_STREAM and its like, of <sys/socket.h>: SO_TYPE. */
  readonly type: number
  /** Bytes of the buffer before what a call has sent, which is a record then; 0 if it is none. */
  readonly headerBytes: number
  readonly summary: string
}

/** Every kind of locked sockets, a row each. The first one is that of a new block. */
export const socketKinds = [
  {
    name: 'stream',
    type: 1,
    headerBytes: 0,
    summary: 'bytes in order, of which a call takes as many as there are',
  },
  {
    name: 'seqpacket',
    type: 5,
    headerBytes: 4,
    summary: 'records in order, which are sent and received as a whole',
  },
] as const satisfies readonly SocketKind[]

export type KindName = (typeof socketKinds)[number]['name']

const { options: ANNOUNCED } = SOCK.offset
/** Where the word that says what a socket has, says of which kind it is. */
const KIND_SHIFT = 2

/** The kind of that name. Throws a RangeError that says which there are. */
export function kindOf(name: string): SocketKind {
  const kind = socketKinds.find((one) => one.name === name)
  if (kind !== undefined) return kind
  const names = socketKinds.map((one) => one.name).join(', ')
  throw new RangeError(`the kind of a locked socket is one of ${names}: ${came(name)} came`)
}

/** The kind of a socket; its CPU has settled. */
export function kindAt(memory: Memory, socket: Address): SocketKind {
  return socketKinds[(memory.load(socket + ANNOUNCED) >>> KIND_SHIFT) & 1]!
}

/** Makes a new socket, which nobody else knows, one of that kind. */
export function setKind(memory: Memory, socket: Address, kind: SocketKind): void {
  const index = socketKinds.findIndex((one) => one.name === kind.name)
  if (index > 0) memory.or(socket + ANNOUNCED, index << KIND_SHIFT)
}
