export {
  BROKEN,
  BrokenPipe,
  NO_BUFFERS,
  NoBuffers,
  SendAborted,
  SocketMisuse,
  WOULD_BLOCK,
} from './errors.ts'
export { END } from './life-table.ts'
export { Poller, READABLE, WRITABLE } from './poller.ts'
export { openSocket, SocketDomain, type SocketDomainShape, socketPair } from './socket-domain.ts'
export { SocketZone, type SocketZoneHandle, type SocketZoneShape } from './socket-zone.ts'
export { type EndHandle, StreamSocket } from './stream-socket.ts'
export { ThreadPoller } from './thread-poller.ts'
export { type SocketHandle, type SocketInvitation, ThreadSocket } from './thread-socket.ts'
