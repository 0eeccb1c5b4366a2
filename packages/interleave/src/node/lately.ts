import { createRequire } from 'node:module'

/**
 * A module that is loaded when it is first needed, where nothing can wait for it: what only types,
 * source maps or names of packages need would take longer to start than most programs to compile.
 */
export function lately<T>(name: string): T {
  return createRequire(import.meta.url)(name) as T
}
