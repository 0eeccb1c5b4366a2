// Steps per second, and whether memory stays flat: `node bench/steps.bench.mjs [--smoke]`.
import { load } from '../dist/node.js'

const isSmoke = process.argv.includes('--smoke')
const MEASURED_MS = isSmoke ? 0 : 2_000
const programs = await load(new URL('./programs.js', import.meta.url))

for (const [name, maxExecutions] of [
  ['threeBySix', isSmoke ? 200 : 1_000_000],
  ['lock', isSmoke ? 200 : 50_000],
]) {
  programs[name]({ maxExecutions: 100 })
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  const start = performance.now()
  let steps = 0
  let result
  // Small programs are explored again and again, so that it is not the start that is measured.
  do {
    result = programs[name]({ maxExecutions })
    steps += result.steps
  } while (performance.now() - start < MEASURED_MS)
  const seconds = (performance.now() - start) / 1000
  globalThis.gc?.()
  const grown = process.memoryUsage().heapUsed - before
  const { summary, executions, redundant } = result
  console.log(summary)
  console.log(
    `  ${result.steps} steps in ${executions} executions and ${redundant} redundant ones; ` +
      `${Math.round(steps / seconds).toLocaleString('en')} steps/s` +
      (globalThis.gc ? `; heap ${(grown / 1024).toFixed(0)} KiB larger` : ''),
  )
}
