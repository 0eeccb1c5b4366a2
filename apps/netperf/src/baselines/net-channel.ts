import type { OnReadOpts, Socket } from 'node:net'
import type { Channel, Connection } from '../model/channel.ts'

/**
 * A connected `node:net` socket as a channel; TCP or Unix. Bytes come by `data` events, unless the
 * socket was made with the options of an `OnRead`.
 */
export function netChannel(socket: Socket, onRead?: OnRead): Channel {
  const channel: Channel = {
    write: (bytes) => socket.write(bytes),
    onDrain: () => {},
    onBytes: () => {},
  }
  const receive = (bytes: Uint8Array) => channel.onBytes(bytes)
  if (onRead) onRead.receive = receive
  else socket.on('data', receive)
  socket.on('drain', () => channel.onDrain())
  return channel
}

/** The same as a connection; it may still be connecting. */
export function netConnection(socket: Socket, onRead?: OnRead): Connection {
  const connection: Connection = Object.assign(netChannel(socket, onRead), {
    onEnd: () => {},
    close: () => void socket.end(),
  })
  socket.on('end', () => connection.onEnd())
  return connection
}

/**
 * Receives into one buffer that is used again, instead of a new one for every read: node:net's
 * `onread`, which only the connecting side of a connection can have.
 */
export class OnRead {
  receive: (bytes: Uint8Array) => void = () => {}
  readonly options: OnReadOpts

  constructor(bytes: number) {
    const buffer = new Uint8Array(bytes)
    const callback = (length: number) => {
      this.receive(buffer.subarray(0, length))
      return true
    }
    this.options = { buffer, callback }
  }
}
