import { main } from './main.ts'
import { forTerminal } from './output/characters.ts'
import { calmStreams } from './output/print.ts'

/** Exit status for everything that could not be done as asked. */
const FAILED = 2

calmStreams()
const mistake = await main(process.argv)
if (mistake !== undefined) {
  process.exitCode = FAILED
  // Leaves even if something that was started does not end, such as a module that loops.
  process.stderr.write(`netperf: ${forTerminal(mistake)}\n`, () => process.exit(FAILED))
}
