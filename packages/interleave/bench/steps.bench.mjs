// Steps per second, and whether memory stays flat: `node bench/steps.bench.mjs [--smoke]`.
import { load } from '../dist/node.js'

const isSmoke = process.argv.includes('--smoke')
const programs = await load(new URL('./programs.js', import.meta.url))

for (const [name, maxExecutions] of [
  ['threeBySix', isSmoke ? 200 : 1_000_000],
  ['lock', isSmoke ? 200 : 50_000],
]) {
  programs[name]({ maxExecutions: 100 })
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  const start = performance.now()
  const { summary, steps, executions, redundant } = programs[name]({ maxExecutions })
  const seconds = (performance.now() - start) / 1000
  globalThis.gc?.()
  const grown = process.memoryUsage().heapUsed - before
  console.log(summary)
  console.log(
    `  ${steps} steps of ${executions} executions (and ${redundant} redundant) in ` +
      `${seconds.toFixed(2)} s: ${Math.round(steps / seconds)} steps/s` +
      (globalThis.gc ? `; heap ${(grown / 1024).toFixed(0)} KiB larger` : ''),
  )
}
