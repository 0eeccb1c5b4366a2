/**
 * A call has timed out, its answer comes late, and the notify of that answer ends the wait of the
 * next call, which finds no message and reads a property of it.
 * https://github.com/un-ts/synckit/pull/243
 */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'

const calls =
  (find) =>
  ({ thread }) => {
    const { port1, port2 } = new MessageChannel()
    const word = new Int32Array(new SharedArrayBuffer(4))
    const call = (id) => {
      port1.postMessage(id)
      for (;;) {
        const status = Atomics.wait(word, 0, 0, 1_000)
        Atomics.store(word, 0, 0)
        if (status === 'timed-out') return undefined
        if (find(port1, id)) return id
      }
    }
    thread('main', () => {
      call(1)
      call(2)
    })
    thread('worker', () => {
      port2.on('message', (id) => {
        port2.postMessage(id)
        Atomics.store(word, 0, 1)
        Atomics.notify(word, 0)
      })
    })
  }

export const options = { timeouts: 2 }
export const asShipped = calls((port, id) => receiveMessageOnPort(port).message === id)
/** All that has come is looked at before the next wait. */
export const mended = calls((port, id) => {
  for (let read; (read = receiveMessageOnPort(port)) !== undefined; ) {
    if (read.message === id) return true
  }
  return false
})
