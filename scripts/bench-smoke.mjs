#!/usr/bin/env node
// `npm run bench:smoke`: runs every bench with `--smoke`, in which it measures almost nothing, so
// that a bench that no longer starts is found by CI and not by the one who needs its numbers.
import { fileURLToPath } from 'node:url'
import { filesUnder } from './lib/files.mjs'
import { inWords, judged, run } from './lib/run.mjs'
import { workspaces } from './lib/workspaces.mjs'
import { setUp } from './setup.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LIMIT_MS = 20_000

process.exitCode = (await setUp(ROOT)) ? await main() : 1

/** One at a time, since a bench has threads of its own and its limit is in real time. */
async function main() {
  const benches = workspaces(ROOT)
    .flatMap(({ dir }) => filesUnder(ROOT, `${dir}/bench`))
    .filter((file) => file.endsWith('.bench.mjs'))
  let failed = 0
  for (const file of benches) if (!(await smoke(file))) failed += 1
  console.log(`${benches.length - failed} benches ran, ${failed} failed`)
  return failed > 0 ? 1 : 0
}

async function smoke(file) {
  const options = { cwd: ROOT, limitMs: LIMIT_MS }
  const ended = await run(process.execPath, [file, '--smoke'], options)
  const { problem } = judged('the bench', ended, LIMIT_MS)
  console.log(`${file}: ${problem ?? `ran in ${inWords(ended.elapsedMs)}`}`)
  return problem === undefined
}
