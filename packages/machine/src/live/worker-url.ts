import { existsSync } from 'node:fs'
import { came } from '@smpnet/memory'

/**
 * Where the module of the CPUs' workers is: as told, else beside this file in a built package,
 * which also serves tests of the source tree. Throws a TypeError, which says what to do, when it is
 * not there, as in a bundle.
 */
export function workerUrl(told: unknown): URL {
  if (told !== undefined && !(told instanceof URL)) {
    throw new TypeError(`worker is the URL of a module: ${came(told)} came`)
  }
  const url = told ?? beside(import.meta.url)
  if (url !== undefined && (url.protocol !== 'file:' || existsSync(url))) return url
  const where = url === undefined ? 'this module does not know where it is' : `not at ${url.href}`
  throw new TypeError(
    'the worker of a live machine is live-worker.js in dist of @smpnet/machine: ' +
      `${where}, as in a bundle; ` +
      'tell its URL by the option `worker`',
  )
}

/** A bundle for CommonJS has no URL of its own. */
function beside(here: string | undefined): URL | undefined {
  if (here === undefined) return undefined
  return new URL(here.endsWith('.ts') ? '../../dist/live-worker.js' : './live-worker.js', here)
}
