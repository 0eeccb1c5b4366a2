#!/usr/bin/env node
// `npm run test:models`, with anything after `--` handed to Vitest: the models and tests of which
// `npm test` runs small sizes, at the large sizes that CI takes. With `--whole` every model goes to
// its end, which may take days; each says how many executions it took. `--models` leaves out the
// tests that are no models, which CI has no time for.
import { fileURLToPath } from 'node:url'
import { countLine } from './lib/counts.mjs'
import { longFiles } from './lib/long-files.mjs'
import { vitest } from './lib/vitest.mjs'
import { setUp } from './setup.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const WHOLE = '--whole'
const told = process.argv.slice(2)
const MODELS = '--models'
const isWhole = told.includes(WHOLE)
const isOfModels = told.includes(MODELS)
const args = told.filter((arg) => arg !== WHOLE && arg !== MODELS)

process.exitCode = (await setUp(ROOT)) ? await main() : 1

async function main() {
  const long = longFiles(ROOT).filter((file) => !isOfModels || file.endsWith('.model.ts'))
  const files = args.length > 0 ? args : long
  const total = isWhole
    ? await vitest(ROOT, ['--testTimeout=0', ...files], {
        stallMs: Number.POSITIVE_INFINITY,
        env: { SMPNET_MODELS: 'all' },
      })
    : await vitest(ROOT, files, { env: { SMPNET_MODELS: '1000' } })
  console.log(countLine(total))
  return total.failed > 0 || total.passed === 0 ? 1 : 0
}
