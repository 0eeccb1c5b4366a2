import { wait } from './installed/thread-stream.mjs'

/** The main thread waits until the worker has read up to a position, or beyond it. */
export function waitsForTheReader({ thread, after }) {
  const state = new Int32Array(new SharedArrayBuffer(64))
  let seen
  thread('main', () => wait(state, 8, 1, Infinity, (_, how) => void (seen = how)))
  thread('worker', () => {
    Atomics.store(state, 8, 2)
    Atomics.notify(state, 8)
  })
  after(() => {
    if (seen === undefined) throw new Error('never told')
  })
}
