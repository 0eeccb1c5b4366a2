import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { Channel, Connection } from '../model/channel.ts'

/** Bytes that may be under way; about what a socket's buffers hold. */
const WINDOW = 1024 * 1024

/**
 * A MessagePort as a channel, of bytes or of datagrams, since each message arrives as a whole. A
 * port's queue has no bound and no backpressure, so this adds what a program that must not run out
 * of memory adds: the receiver hands bytes back as credit, half a window at a time. Messages are
 * cloned, since a write copies too and the sender keeps its buffer.
 */
export function messagePortChannel(port: MessagePort): Channel {
  let credit = WINDOW
  let owed = 0
  const channel: Channel = {
    write(bytes) {
      port.postMessage(bytes)
      credit -= bytes.length
      return credit > 0
    },
    onDrain: () => {},
    onBytes: () => {},
  }
  port.on('message', (message: Uint8Array | number) => {
    if (typeof message === 'number') {
      const blocked = credit <= 0
      credit += message
      if (blocked && credit > 0) channel.onDrain()
      return
    }
    owed += message.length
    if (owed >= WINDOW / 2) {
      port.postMessage(owed)
      owed = 0
    }
    channel.onBytes(message)
  })
  return channel
}

/**
 * A connection of two ports that are made for it: the other one goes to the server by a port that
 * lasts. Closing one closes the other, when that has taken all messages.
 */
export function dialPort(server: MessagePort): Connection {
  const { port1, port2 } = new MessageChannel()
  server.postMessage(port2, [port2])
  return portConnection(port1)
}

/** Has `accept` take the connections that come by a port. */
export function acceptPorts(port: MessagePort, accept: (connection: Connection) => void): void {
  port.on('message', (accepted: MessagePort) => accept(portConnection(accepted)))
}

function portConnection(port: MessagePort): Connection {
  const connection: Connection = Object.assign(messagePortChannel(port), {
    onEnd: () => {},
    close: () => port.close(),
  })
  port.on('close', () => connection.onEnd())
  return connection
}
