/**
 * A port with a word beside it that says what there is to read: when it is closed soon after the
 * last message was sent, the reader is told that it is closed and never gets the message.
 * https://github.com/sass/embedded-host-node/issues/326
 */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'

const SENT = 1
const CLOSED = 2

const reads =
  ({ send, close, isClosed }) =>
  ({ thread }) => {
    const { port1, port2 } = new MessageChannel()
    const word = new Int32Array(new SharedArrayBuffer(4))
    thread('compiler', () => {
      port1.postMessage('exit')
      send(word)
      Atomics.notify(word, 0)
      close(word)
      Atomics.notify(word, 0)
      port1.close()
    })
    thread('host', () => {
      if (isClosed(word)) throw new Error('the channel is closed')
      Atomics.wait(word, 0, 0)
      const read = receiveMessageOnPort(port2)
      if (read?.message !== 'exit') throw new Error('no message')
    })
  }

export const asShipped = reads({
  send: (word) => Atomics.compareExchange(word, 0, 0, SENT),
  close: (word) => Atomics.store(word, 0, CLOSED),
  isClosed: (word) => Atomics.compareExchange(word, 0, SENT, 0) === CLOSED,
})
/** Closed is a bit of its own. */
export const mended = reads({
  send: (word) => Atomics.or(word, 0, SENT),
  close: (word) => Atomics.or(word, 0, CLOSED),
  isClosed: (word) => Atomics.load(word, 0) === CLOSED,
})
