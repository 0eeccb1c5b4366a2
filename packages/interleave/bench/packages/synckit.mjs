import { Worker } from 'node:worker_threads'

/** A process of its own, so that what the package's modules keep is new in each execution. */
export function call({ thread }) {
  thread('process', () => void new Worker(new URL('./synckit-main.mjs', import.meta.url)))
}
