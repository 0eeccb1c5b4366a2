/**
 * The folder of the module at `url`, as stack traces show it: frames of a package's own code are
 * not where a caller used it. Stacks show paths or addresses, and both contain the path. It is cut
 * out of the module's address, since bundlers take `new URL('.', import.meta.url)` for a file to be
 * bundled, and put another address there.
 */
export function codeFolder(url: string): string {
  return new URL(url).pathname.replace(/[^/]*$/, '')
}

/** Where this package's own code is: frames of the drivers stand between a lock and its caller. */
export const PARK_FOLDER = codeFolder(import.meta.url)
