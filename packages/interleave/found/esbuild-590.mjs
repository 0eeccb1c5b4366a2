/**
 * A blocking call of a service in a worker: the notify that belongs to the first answer may come
 * when the second call waits, which then finds no answer.
 * https://github.com/evanw/esbuild/issues/590
 */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'

const calls =
  (wait) =>
  ({ thread }) => {
    const { port1, port2 } = new MessageChannel()
    const count = new Int32Array(new SharedArrayBuffer(4))
    thread('main', () => {
      for (const question of [1, 2]) {
        const before = Atomics.load(count, 0)
        port1.postMessage(question)
        wait(count, before)
        const answer = receiveMessageOnPort(port1)
        if (answer?.message !== question * 10) throw new Error(`${question}: ${answer}`)
      }
    })
    thread('worker', () => {
      port2.on('message', (question) => {
        port2.postMessage(question * 10)
        Atomics.add(count, 0, 1)
        Atomics.notify(count, 0)
      })
    })
  }

export const asShipped = calls((count, before) => void Atomics.wait(count, 0, before))
export const mended = calls((count, before) => {
  while (Atomics.load(count, 0) === before) Atomics.wait(count, 0, before)
})
