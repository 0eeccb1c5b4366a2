/** Where this package's own code lies, whether it is its source or has been built. */
const [, ROOT = '', FOLDER = ''] =
  /^(?:file:\/\/)?(.*\/)(src|dist)\/(?:runtime\/)?[^/]*$/.exec(import.meta.url) ?? []
const OWN = `${ROOT}${FOLDER}/`

/**
 * Takes this package's own frames out of an error's stack. The functions of compiled code run
 * inside of them, so they would stand above the line that the reader wrote.
 */
export function withoutOwnFrames<T>(error: T): T {
  if (!(error instanceof Error) || ROOT === '' || typeof error.stack !== 'string') return error
  const lines = error.stack.split('\n')
  const kept = lines.filter((line) => !(/^\s+at /.test(line) && line.includes(OWN)))
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
