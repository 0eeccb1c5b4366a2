import type { Socket } from 'node:dgram'
import type { Channel } from '../model/channel.ts'

/** Bytes that may wait in the process because the socket's own buffer is full. */
const QUEUE_BYTES = 256 * 1024

/**
 * A connected `node:dgram` socket as a channel of datagrams. A send has no callback: it is made at
 * once unless the socket's buffer is full, and a callback would only say so. What then waits in the
 * process is bounded here, and looked at in the loop's next turns.
 */
export function udpChannel(socket: Socket): Channel {
  const isFull = () => socket.getSendQueueSize() >= QUEUE_BYTES
  const lookAgain = () => {
    if (isFull()) setImmediate(lookAgain)
    else channel.onDrain()
  }
  const channel: Channel = {
    write(bytes) {
      socket.send(bytes)
      if (!isFull()) return true
      setImmediate(lookAgain)
      return false
    },
    onDrain: () => {},
    onBytes: () => {},
  }
  socket.on('message', (bytes) => channel.onBytes(bytes))
  return channel
}
