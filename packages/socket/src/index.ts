export {
  BROKEN,
  BrokenPipe,
  ConnectionRefused,
  ConnectionReset,
  ConnectTimeout,
  ListenerClosed,
  NameInUse,
  NO_BUFFERS,
  NoBuffers,
  NoNames,
  PacketTooLong,
  RESET,
  SendAborted,
  SocketMisuse,
  WOULD_BLOCK,
  WrongKind,
} from './errors.ts'
export type { DatagramHandle } from './datagram/datagram-home.ts'
export { DatagramSocket } from './datagram/datagram-socket.ts'
export {
  DatagramSockets,
  type DatagramSocketsHandle,
  type DatagramSocketsOptions,
  type DatagramSocketsShape,
} from './datagram/datagram-sockets.ts'
export { SOCKET_LOCK_BYTES } from './datagram/layout.ts'
export { DATAGRAM_LIFE } from './datagram/life-table.ts'
export {
  LOCK_SCHEMES,
  type LockScheme,
  type LockSchemeName,
  type MakeLock,
  type SocketLock,
  type SocketLocks,
} from './datagram/lock-schemes.ts'
export { NoSockets } from './datagram/no-sockets.ts'
export type { DatagramProtocol, Endpoint } from './datagram/protocol.ts'
export {
  DELIVERED,
  DELIVERED_TO_WAITER,
  FULL,
  GONE,
  SOURCE_BYTES,
  WAIT,
} from './datagram/receive-buffer.ts'
export { Received } from './datagram/received.ts'
export { ERRNO, errnoOf, failed, type Failure, failureOf } from './datagram/results.ts'
export type { JoinedKind, OfKind, SocketKind } from './kinds.ts'
export { END } from './life-table.ts'
export { BadMessage, type MessageOptions, Messages } from './messages.ts'
export { EDGE, Poller, READABLE, WRITABLE } from './poller.ts'
export {
  acceptLocal,
  type Backlog,
  bindLocal,
  connectLocal,
  createLocal,
  listenLocal,
} from './local.ts'
export {
  type DomainInvitation,
  openListener,
  openSocket,
  SocketDomain,
  type SocketDomainHandle,
  type SocketDomainShape,
  socketPair,
} from './socket-domain.ts'
export {
  OPTION_TABLE,
  type OptionRow,
  type SettableOption,
  type SocketOptions,
} from './socket-options.ts'
export { SocketZone, type SocketZoneHandle, type SocketZoneShape } from './socket-zone.ts'
export { type EndHandle, StreamSocket } from './stream-socket.ts'
export { type Datagram, ThreadDatagrams } from './thread-datagrams.ts'
export { ThreadListener } from './thread-listener.ts'
export { ThreadPoller } from './thread-poller.ts'
export {
  type Rights,
  type SocketHandle,
  type SocketInvitation,
  ThreadSocket,
} from './thread-socket.ts'
export { type SocketStreams, webStreams } from './web-streams.ts'
