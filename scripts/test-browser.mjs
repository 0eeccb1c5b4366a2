#!/usr/bin/env node
// `npm run test:browser`, with anything after `--` handed to Vitest: runs the tests of the packages
// that scripts/browser/scope.ts names in chromium, on a page and in workers of it, and ends with
// one line of counts. Where there is no chromium it is installed if that is possible, and if not
// the last line says that nothing ran, and why.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { findChromium } from './lib/chromium.mjs'
import { countLine } from './lib/counts.mjs'
import { inWords, run } from './lib/run.mjs'
import { vitest } from './lib/vitest.mjs'
import { setUp } from './setup.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const INSTALL_LIMIT_MS = 3 * 60_000

process.exitCode = (await setUp(ROOT)) ? await main() : 1

async function main() {
  const chromium = findChromium() ?? (await installChromium())
  if (chromium === undefined) return 0
  console.log(`in ${chromium}`)
  const total = await vitest(
    ROOT,
    ['--config', 'vitest.browser.config.ts', ...process.argv.slice(2)],
    { env: { SMPNET_CHROMIUM: chromium } },
  )
  console.log(`in chromium: ${countLine(total)}`)
  return total.failed > 0 || total.passed === 0 ? 1 : 0
}

/** Debian's, for who may install it. Resolves to nothing, having said why, where that fails. */
async function installChromium() {
  if (process.env['CI'] !== 'true') {
    return skip('there is no chromium in the usual places; set SMPNET_CHROMIUM to its path')
  }
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    return skip('there is no chromium, and only root with apt-get could install one')
  }
  const script = 'apt-get update -qq && apt-get install -qq --no-install-recommends chromium'
  const { code, output, elapsedMs } = await run('sh', ['-c', script], {
    cwd: ROOT,
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    limitMs: INSTALL_LIMIT_MS,
  })
  console.log(`apt-get install chromium: status ${code} after ${inWords(elapsedMs)}`)
  if (code === 0)
    return findChromium() ?? skip('chromium was installed, and is not where it was looked for')
  return skip(`there is no chromium, and it could not be installed:\n${output.trim()}`)
}

function skip(why) {
  console.log(`in chromium: 0 passed, 0 failed, nothing ran: ${why}`)
}
