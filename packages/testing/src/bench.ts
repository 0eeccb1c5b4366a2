import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import { realpathSync } from 'node:fs'
import { BenchError, usageError } from './suite/bench-error.ts'
import { measure, type MeasureOptions } from './bench/measure.ts'
import { report } from './bench/report.ts'
import { reportTable } from './print/report-table.ts'
import type { Suite } from './suite/variant.ts'

/** A comma before a space is part of a name, such as `mutex, 2 threads`. */
const BETWEEN_NAMES = /,(?! )/
const USAGE = 'expected [--smoke] [--json] [--only A,B] [--rounds N] [--slice MS]'

/**
 * Runs a bench file: call it at the end of `NAME.bench.mjs` with that file's `import.meta.url`.
 *
 * Does nothing when the file is not the program that was started, so a bench file can also be the
 * worker module of its own teams. Prints a table, or with `--json` one document; a failure is one
 * sentence on standard error and exit status 1, a wrong option exit status 2, Ctrl-C 130.
 */
export async function bench(url: string, suite: Suite): Promise<void> {
  if (!isMainThread || !isProgram(url)) return
  const abort = new AbortController()
  const onInterrupt = () => abort.abort()
  process.once('SIGINT', onInterrupt)
  try {
    const { json, options } = optionsOf(process.argv.slice(2))
    const measurement = await measure(suite, { ...options, signal: abort.signal })
    const done = report(suite, measurement)
    process.stdout.write(json ? `${JSON.stringify(done, undefined, 2)}\n` : reportTable(done))
    if (measurement.interrupted) process.exitCode = 130
  } catch (error) {
    if (!(error instanceof BenchError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = error.kind === 'usage' ? 2 : 1
  } finally {
    process.removeListener('SIGINT', onInterrupt)
  }
}

function optionsOf(argv: readonly string[]): { json: boolean; options: MeasureOptions } {
  const { values } = parsed(argv)
  const tiny = values.smoke ? { rounds: 2, sliceMs: 5, warmupMs: 5 } : {}
  return {
    json: values.json ?? false,
    options: {
      ...tiny,
      ...(values.only !== undefined && { only: values.only.split(BETWEEN_NAMES) }),
      ...(values.rounds !== undefined && { rounds: positive('--rounds', values.rounds) }),
      ...(values.slice !== undefined && { sliceMs: positive('--slice', values.slice) }),
    },
  }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        smoke: { type: 'boolean' },
        json: { type: 'boolean' },
        only: { type: 'string' },
        rounds: { type: 'string' },
        slice: { type: 'string' },
      },
    })
  } catch (error) {
    throw usageError(`${USAGE}; ${(error as Error).message.split('. ')[0]}`)
  }
}

function positive(option: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw usageError(`${USAGE}; ${option} is a whole number above 0, got "${text}"`)
}

function isProgram(url: string): boolean {
  const program = process.argv[1]
  return program !== undefined && realpathSync(program) === realpathSync(fileURLToPath(url))
}
