import { readFileSync } from 'node:fs'
import { BenchError } from '@smpnet/testing'
import { CommanderError } from 'commander'
import { commandLineMistake, isTold, program, words } from './command/program.ts'
import { forTerminal } from './output/characters.ts'
import { calmStreams, print } from './output/print.ts'
import { UsageError } from './options/usage-error.ts'

/** Exit status for everything that could not be done as asked. */
const FAILED = 2

calmStreams()
/** What help and version are printed by, which commander writes without waiting. */
const told: string[] = []
try {
  try {
    const netperf = program(version(), (text) => told.push(text))
    await netperf.parseAsync(words(netperf, process.argv))
  } catch (error) {
    if (!isTold(error)) throw error
    await print(told.join(''))
  }
} catch (error) {
  process.exitCode = FAILED
  // Leaves even if something that was started does not end, such as a module that loops.
  process.stderr.write(`netperf: ${forTerminal(explain(error))}\n`, () => process.exit(FAILED))
}

/** One sentence for the user who typed the command; the stack only on request. */
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
