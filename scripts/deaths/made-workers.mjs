import { createRequire, syncBuiltinESMExports } from 'node:module'

/**
 * The workers that packages make for themselves, in order, so that one of them can be terminated:
 * nothing of a package would give it away. To be imported before the packages are.
 */
export const madeWorkers = []

const threads = createRequire(import.meta.url)('node:worker_threads')

threads.Worker = class extends threads.Worker {
  constructor(...args) {
    super(...args)
    madeWorkers.push(this)
  }
}
syncBuiltinESMExports()
