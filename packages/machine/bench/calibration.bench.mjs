import { calibrate, profiles } from '@smpnet/machine/sim'

/**
 * The figures of every profile beside what programs on the simulated machine measure, as a
 * Markdown table: `node bench/calibration.bench.mjs [PROFILE …]`. An input has to come out as it
 * went in; a prediction is the test of the model.
 */
const wanted = process.argv.slice(2).filter((word) => word !== '--smoke')
const chosen = wanted.length > 0 ? wanted : [...profiles.keys()]

for (const name of chosen) {
  const profile = profiles.get(name)
  if (profile === undefined) {
    const known = [...profiles.keys()].join(', ')
    process.stderr.write(`expected profiles among ${known}, got ${name}\n`)
    process.exitCode = 2
    continue
  }
  console.log(`${profile.name}: ${profile.title}\n`)
  console.log('| operation | figure, ns | simulated, ns | ratio | the figure is |')
  console.log('|---|---|---|---|---|')
  for (const { operation, figure, simulatedNs, isInput } of calibrate(profile)) {
    const ratio = (simulatedNs / figure.value).toFixed(2)
    const kind = `${figure.basis}, ${isInput ? 'an input' : 'predicted'}`
    const simulated = simulatedNs.toFixed(1)
    console.log(`| ${operation} | ${figure.value} | ${simulated} | ${ratio} | ${kind} |`)
  }
  console.log()
}
