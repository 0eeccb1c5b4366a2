#!/usr/bin/env node
// `npm test`, with anything after `--` handed to Vitest: sets up, checks the types, runs the
// tests, and ends with one line of counts that people and CI read.
import { fileURLToPath } from 'node:url'
import { countLine } from './lib/counts.mjs'
import { inWords, run } from './lib/run.mjs'
import { vitest } from './lib/vitest.mjs'
import { workspaces } from './lib/workspaces.mjs'
import { setUp } from './setup.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LIMIT_MS = 15 * 60_000
const args = process.argv.slice(2)

const total = (await setUp(ROOT)) ? await typesThenTests() : { passed: 0, failed: 1, skipped: 0 }
if (total.passed + total.failed === 0) console.log('No test ran: no file matches the arguments.')
console.log(countLine(total))
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0

/** A package whose types do not hold counts as one failure; its tests run all the same. */
async function typesThenTests() {
  const typesHold = await typecheck()
  const total = await vitest(ROOT, args, { limitMs: LIMIT_MS })
  return typesHold ? total : { ...total, failed: total.failed + 1 }
}

async function typecheck() {
  process.stderr.write('test: types …')
  const { code, output, elapsedMs } = await run(
    process.execPath,
    [
      'node_modules/turbo/bin/turbo',
      'run',
      'typecheck',
      '--continue',
      '--output-logs=errors-only',
    ].concat(chosen().map(({ dir }) => `--filter=./${dir}`)),
    { cwd: ROOT, env: { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' } },
  )
  process.stderr.write(` ${code === 0 ? 'hold' : 'do not hold'}, ${inWords(elapsedMs)}\n`)
  if (code !== 0) process.stdout.write(`${output}\n`)
  return code === 0
}

/** The workspaces that the arguments name, so that one package can be tested by itself. */
function chosen() {
  return workspaces(ROOT).filter(({ dir }) => args.some((arg) => `${arg}/`.startsWith(`${dir}/`)))
}
