import { Worker } from 'node:worker_threads'

/** The whole pool: handshake, a task, its answer, the end. */
export function runsATask({ thread }) {
  thread('process', () => void new Worker(new URL('./piscina-main.mjs', import.meta.url)))
}
