import { fileURLToPath } from 'node:url'
import threads from './installed/sync-threads.mjs'

export function call({ thread }) {
  const file = fileURLToPath(new URL('./sync-threads-worker.mjs', import.meta.url))
  thread('main', () => {
    const double = threads.createSyncFn(file, 64)
    if (double({ x: 21 }) !== 42) throw new Error('expected 42')
  })
}
