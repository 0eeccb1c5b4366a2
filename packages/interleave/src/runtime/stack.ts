/** Where this package's own code lies, whether it is its source or has been built. */
let own: string | undefined

/** It is read off a stack, since `import.meta` is empty in a bundle for CommonJS or a script. */
function ownFolder(): string {
  own ??= /(?:file:\/\/)?([^\s()]*\/(?:src|dist)\/)(?:runtime\/)?[^\s()/]*:\d+:\d+/.exec(
    new Error('for its stack').stack ?? '',
  )?.[1]
  return own ?? ''
}

/**
 * Takes this package's own frames out of an error's stack. The functions of compiled code run
 * inside of them, so they would stand above the line that the reader wrote.
 */
export function withoutOwnFrames<T>(error: T): T {
  const folder = ownFolder()
  if (!(error instanceof Error) || folder === '' || typeof error.stack !== 'string') return error
  const lines = error.stack.split('\n')
  const kept = lines.filter((line) => !(/^\s+at /.test(line) && line.includes(folder)))
  if (kept.length === lines.length) return error
  const descriptor = { value: kept.join('\n'), configurable: true, writable: true }
  Object.defineProperty(error, 'stack', descriptor)
  return error
}

/**
 * The installed package whose code is running, if it is one; of compiled files that is not asked,
 * nor of what the host itself runs.
 */
export function packageOnStack(): string | undefined {
  const { stack = '' } = withDeepStack(() => new Error('where'))
  const frame = stack
    .split('\n')
    .find((line) => /^\s+at .*[/\\]/.test(line) && !/node:/.test(line))
  if (frame === undefined || frame.includes('.compiled.js')) return undefined
  const names = [...frame.matchAll(/node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/g)]
  return names.at(-1)?.[1]
}

/** Frames of this package that may stand between two of a program's. */
const DEEP = 100

/** Makes an error whose stack reaches the program, below all frames of this package. */
export function withDeepStack<T>(make: () => T): T {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = DEEP
  try {
    return withoutOwnFrames(make())
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
