#!/usr/bin/env node
// `npm test`, with anything after `--` handed to Vitest: sets up, checks the types beside running
// the tests, and ends with one line of counts that people and CI read.
import { fileURLToPath } from 'node:url'
import { countLine } from './lib/counts.mjs'
import { inWords, run } from './lib/run.mjs'
import { vitest } from './lib/vitest.mjs'
import { workspaces } from './lib/workspaces.mjs'
import { setUp } from './setup.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TSC = 'node_modules/typescript/bin/tsc'
const WHOLE = ['-p', '.', '--incremental', '--tsBuildInfoFile', 'node_modules/.cache/smpnet/types']
const args = process.argv.slice(2)

const total = (await setUp(ROOT)) ? await typesAndTests() : { passed: 0, failed: 1, skipped: 0 }
if (total.passed + total.failed === 0) console.log('No test ran: no file matches the arguments.')
console.log(countLine(total))
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0

/**
 * A package whose types do not hold counts as one failure; its tests run all the same, and at the
 * same time, since the compiler has use for one processor only.
 */
async function typesAndTests() {
  const [typesHold, total] = await Promise.all([typecheck(), vitest(ROOT, args)])
  return typesHold ? total : { ...total, failed: total.failed + 1 }
}

/**
 * All workspaces are one program for the compiler, which so reads what they share once; those that
 * the arguments name are a program each.
 */
async function typecheck() {
  const named = chosen().map(({ dir }) => ['-p', dir])
  const programs = named.length > 0 ? named : [WHOLE]
  const startedMs = performance.now()
  const ended = []
  for (const args of programs)
    ended.push(await run(process.execPath, [TSC, ...args], { cwd: ROOT }))
  const hold = ended.every(({ code }) => code === 0)
  const words = inWords(performance.now() - startedMs)
  process.stderr.write(`test: types ${hold ? 'hold' : 'do not hold'}, ${words}\n`)
  for (const { code, output } of ended) if (code !== 0) process.stdout.write(`${output}\n`)
  return hold
}

/** The workspaces that the arguments name, so that one package can be tested by itself. */
function chosen() {
  return workspaces(ROOT).filter(({ dir }) => args.some((arg) => `${arg}/`.startsWith(`${dir}/`)))
}
