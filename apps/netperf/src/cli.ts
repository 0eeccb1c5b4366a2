import { readFileSync } from 'node:fs'
import { BenchError } from '@smpnet/testing'
import { CommanderError } from 'commander'
import { commandLineMistake, program } from './command/program.ts'
import { UsageError } from './options/usage-error.ts'

/** Exit status for everything that could not be done as asked. */
const FAILED = 2

try {
  await program(version()).parseAsync(process.argv)
} catch (error) {
  const sentence = explain(error)
  if (sentence !== undefined) {
    // Leaves even if something that was started does not end, such as a module that loops.
    process.stderr.write(`netperf: ${sentence}\n`, () => process.exit(FAILED))
  }
}

/** One sentence for the user who typed the command; the stack only on request. */
function explain(error: unknown): string | undefined {
  if (error instanceof CommanderError) return commandLineMistake(error)
  if (process.env['NETPERF_STACK'] !== undefined) console.error(error)
  if (error instanceof UsageError || error instanceof BenchError) return error.message
  const text = error instanceof Error ? error.message : String(error)
  return `unexpected error: ${text.split('\n')[0]} (set NETPERF_STACK=1 to see where)`
}

function version(): string {
  const file = new URL('../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
