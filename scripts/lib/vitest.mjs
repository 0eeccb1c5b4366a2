import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { counts } from './counts.mjs'
import { TALLY_ENV } from './progress.mjs'
import { inWords, run } from './run.mjs'

/** No machine is so slow that not one test ends in this time. */
const STALL_MS = 30 * 60_000

/**
 * Runs Vitest with its output shown as it comes, and resolves to what `counts` makes of it. The run
 * has no limit of time, since a slow machine would meet it. But a test that loops without a pause
 * cannot be stopped from inside, so the run ends when no file and no test has ended for `stallMs`.
 *
 * @param {string} root
 * @param {string[]} args
 * @param {{ stallMs?: number, env?: Record<string, string>, echo?: NodeJS.WritableStream }} options
 */
export async function vitest(root, args, options = {}) {
  const { stallMs = STALL_MS, env = {}, echo = process.stdout } = options
  const scratch = mkdtempSync(join(tmpdir(), 'smpnet-test-'))
  const tally = join(scratch, 'tally.json')
  const stop = new AbortController()
  const lookMs = Math.min(stallMs / 10, 60_000)
  const watch = setInterval(() => isOlder(tally, stallMs) && stop.abort(), lookMs)
  const { code } = await run(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--reporter=./scripts/lib/progress.mjs'].concat(
      '--passWithNoTests',
      args,
    ),
    { cwd: root, env: { ...env, [TALLY_ENV]: tally }, echo, signal: stop.signal },
  )
  clearInterval(watch)
  const found = existsSync(tally) ? JSON.parse(readFileSync(tally, 'utf8')) : undefined
  rmSync(scratch, { recursive: true, force: true })
  if (stop.signal.aborted) {
    const names = found?.underWay.join(', ')
    echo.write(`The tests were stopped: none had ended for ${inWords(stallMs)} in ${names}.\n`)
  }
  return counts(found, code)
}

function isOlder(path, ageMs) {
  return existsSync(path) && Date.now() - statSync(path).mtimeMs > ageMs
}
