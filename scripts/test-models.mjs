#!/usr/bin/env node
// `npm run test:models`, with anything after `--` handed to Vitest: the models, and the tests that
// are long where they are thorough, at the sizes that CI takes. With `--whole` every model goes to
// its end, which may take days; each says how many executions it took.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { countLine } from './lib/counts.mjs'
import { filesUnder } from './lib/files.mjs'
import { vitest } from './lib/vitest.mjs'
import { workspaces } from './lib/workspaces.mjs'
import { setUp } from './setup.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const WHOLE = '--whole'
const told = process.argv.slice(2)
const isWhole = told.includes(WHOLE)
const args = told.filter((arg) => arg !== WHOLE)

process.exitCode = (await setUp(ROOT)) ? await main() : 1

async function main() {
  const files = args.length > 0 ? args : longFiles()
  const total = isWhole
    ? await vitest(ROOT, ['--testTimeout=0', ...files], {
        stallMs: Number.POSITIVE_INFINITY,
        env: { SMPNET_MODELS: 'all' },
      })
    : await vitest(ROOT, files, { env: { SMPNET_MODELS: '1000' } })
  console.log(countLine(total))
  return total.failed > 0 || total.passed === 0 ? 1 : 0
}

/** The files whose length depends on what is set here: they import the one module that reads it. */
function longFiles() {
  return workspaces(ROOT)
    .flatMap(({ dir }) => filesUnder(ROOT, `${dir}/test`))
    .filter((file) => /\.(test|model)\.ts$/.test(file))
    .filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('@smpnet/testing/models'))
}
