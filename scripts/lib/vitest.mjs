import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { counts } from './counts.mjs'
import { inWords, run } from './run.mjs'

/**
 * Runs Vitest with its output shown as it comes, and resolves to what `counts` makes of it. A test
 * that loops without a pause cannot be stopped from inside, so the run as a whole has a limit.
 *
 * @param {string} root
 * @param {string[]} args
 * @param {{ limitMs: number, env?: Record<string, string> }} options
 */
export async function vitest(root, args, { limitMs, env = {} }) {
  const scratch = mkdtempSync(join(tmpdir(), 'smpnet-test-'))
  const report = join(scratch, 'report.json')
  const { code, timedOut } = await run(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json'].concat(
      `--outputFile.json=${report}`,
      '--passWithNoTests',
      args,
    ),
    { cwd: root, env, echo: process.stdout, limitMs },
  )
  if (timedOut) console.log(`The tests were stopped: still running after ${inWords(limitMs)}.`)
  const found = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined
  rmSync(scratch, { recursive: true, force: true })
  return counts(found, code)
}
