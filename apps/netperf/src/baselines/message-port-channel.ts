import type { MessagePort } from 'node:worker_threads'
import type { Channel } from '../model/channel.ts'

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
