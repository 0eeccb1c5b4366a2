import { came } from '@smpnet/memory'

/** The URL of a module. Throws a TypeError for what is none: CPUs know no folder of the caller. */
export function moduleUrl(module: unknown): string {
  if (module instanceof URL) return module.href
  if (typeof module === 'string' && URL.canParse(module)) return module
  throw new TypeError(
    "modules are URLs, as new URL('./jobs.mjs', import.meta.url): " +
      `${typeof module === 'string' ? `'${module}'` : came(module)} came`,
  )
}

/**
 * The module that CPUs boot: beside the module `here` in a built package, and in its `dist` for
 * tests of the source tree. Throws a TypeError where a bundle has left no `here`.
 */
export function bootUrl(here: string | undefined, file: string, of: string): URL {
  if (here === undefined) {
    throw new TypeError(
      `CPUs boot by ${file} in dist of ${of}, and this module does not know where it is, as in a ` +
        'bundle: tell its URL by the option `boot`',
    )
  }
  const source = here.endsWith('.ts') ? here.lastIndexOf('/src/') : -1
  return source < 0 ? new URL(file, here) : new URL(`dist/${file}`, here.slice(0, source + 1))
}
