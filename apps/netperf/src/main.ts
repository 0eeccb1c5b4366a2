import { readFileSync } from 'node:fs'
import { BenchError } from '@smpnet/testing'
import { CommanderError } from 'commander'
import { commandLineMistake, isTold, program, words } from './command/program.ts'
import { print } from './output/print.ts'
import { UsageError } from './options/usage-error.ts'

/**
 * Does what a command line says, whose words follow those of Node and of the script. Resolves to
 * one sentence for the user who typed what could not be done, and to undefined when all was done.
 */
export async function main(argv: readonly string[]): Promise<string | undefined> {
  /** What help and version are printed by, which commander writes without waiting. */
  const told: string[] = []
  try {
    const netperf = program(version(), (text) => told.push(text))
    await netperf.parseAsync(words(netperf, argv))
  } catch (error) {
    if (!isTold(error)) return explain(error)
    return print(told.join('')).then(() => undefined, explain)
  }
  return undefined
}

/** The sentence; the stack only on request. */
function explain(error: unknown): string {
  if (error instanceof CommanderError) return commandLineMistake(error)
  if (process.env['NETPERF_STACK'] !== undefined) console.error(error)
  const text = error instanceof Error ? error.message : String(error)
  const [line = ''] = text.split('\n')
  if (error instanceof UsageError || error instanceof BenchError) return line
  return `unexpected error: ${line} (set NETPERF_STACK=1 to see where)`
}

function version(): string {
  const file = new URL('../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
