/**
 * The folder of the code that made an error, as stack traces show it: frames of a package's own
 * code are not where a caller used it. `stack` is that of an Error made in a file of the folder. It
 * is not had from `import.meta`, which is empty in a bundle for CommonJS or a page's script, nor
 * when the package is loaded.
 */
export function codeFolder(stack: string | undefined): string | undefined {
  const place = stack?.match(/((?:[\w+.-]+:\/\/)?[^\s()@]*[/\\])[^\s()/\\]*:\d+:\d+/)
  return place?.[1]
}

/** Where this package's own code is: frames of the drivers stand between a lock and its caller. */
export function parkFolder(): string | undefined {
  return codeFolder(new Error('for its stack').stack)
}
