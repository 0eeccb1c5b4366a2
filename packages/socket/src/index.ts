export { BROKEN, BrokenPipe, SocketMisuse, WOULD_BLOCK } from './errors.ts'
export { Poller, READABLE, WRITABLE } from './poller.ts'
export { SocketZone, type SocketZoneHandle, type SocketZoneShape } from './socket-zone.ts'
export { type EndHandle, StreamSocket } from './stream-socket.ts'
