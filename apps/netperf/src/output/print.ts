import { fstatSync, writeFileSync } from 'node:fs'
import { UsageError } from '../options/usage-error.ts'
import { escapedJson, forTerminal } from './characters.ts'
import { reasonOf } from './whole-file.ts'

const STDOUT = 1

/**
 * Makes that a stream which takes nothing any more ends no measurement. What is lost of standard
 * error is progress; what is lost of standard output is told by whatever prints it.
 */
export function calmStreams(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}

/**
 * Resolves when the text is out. A reader that went away, such as `head`, is no mistake; rejects
 * with a UsageError where the text could not be written.
 */
export async function print(text: string): Promise<void> {
  try {
    await written(forTerminal(text))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EPIPE') return
    const came = reasonOf(error)
    throw new UsageError(`expected standard output to take what was measured, got ${came}`)
  }
}

/** One JSON document, as all commands print it. */
export function printJson(document: unknown): Promise<void> {
  return print(`${escapedJson(JSON.stringify(document, undefined, 2))}\n`)
}

function written(text: string): Promise<void> {
  // A stream ignores how much of a write a full disk has taken.
  if (!process.stdout.isTTY && !isPipe()) {
    writeFileSync(STDOUT, text)
    return Promise.resolve()
  }
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
}

function isPipe(): boolean {
  const kind = fstatSync(STDOUT)
  return kind.isFIFO() || kind.isSocket()
}
