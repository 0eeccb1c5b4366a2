import type { EventEmitter } from 'node:events'
import { expectMethods } from '@smpnet/memory'
import type { ThreadListener } from '@smpnet/socket'
import { SocketDuplex } from './socket-duplex.ts'

/**
 * Hands the connections of a listener to a server of `node:http`, or to any that takes streams by
 * its 'connection' event, until the listener is closed. Node documents the event for this: "can
 * also be explicitly emitted by users to inject connections into the HTTP server".
 *
 * Resolves when the listener is closed; connections that are open by then go on.
 */
export async function serve(listener: ThreadListener, server: EventEmitter): Promise<void> {
  expectMethods("a server that takes connections by its 'connection' event", server, ['emit'])
  for await (const socket of listener) server.emit('connection', new SocketDuplex(socket))
}
