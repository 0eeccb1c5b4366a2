import { calibrationTable, profileOf, profiles } from '@smpnet/machine/sim'

/**
 * The figures of every profile beside what programs on the simulated machine measure, as Markdown
 * tables: `node bench/calibration.bench.mjs [PROFILE …]`. An input has to come out as it went in;
 * a prediction is the test of the model.
 */
const wanted = process.argv.slice(2).filter((word) => word !== '--smoke')

try {
  const names = wanted.length > 0 ? wanted : [...profiles.keys()]
  const tables = names.map((name) => calibrationTable(profileOf(name)))
  process.stdout.write(`${tables.join('\n\n')}\n`)
} catch (error) {
  if (!(error instanceof RangeError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
