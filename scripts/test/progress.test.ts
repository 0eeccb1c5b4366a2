import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { vitest } from '../lib/vitest.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CONFIG = '--config=scripts/test/planted-run/vitest.config.ts'

const FAILED = 'FAILED fails.planted.ts > fails at once\n'
const POSITION = /: 0 of 1 files, 3 tests, 1 failed; now fails\.planted\.ts\n/
const STALL = /no test has ended for \d+\.\d s; under way: fails\.planted\.ts\n/

/** What a run of planted files prints, and what it is counted as. */
async function planted(files: string[], more: { stallMs?: number; gate?: string } = {}) {
  const { gate, ...limit } = more
  let text = ''
  const echo = new Writable({
    write(part, _encoding, done) {
      text += String(part)
      const after = text.split(FAILED)[1] ?? ''
      if (gate !== undefined && POSITION.test(after) && STALL.test(after)) writeFileSync(gate, '')
      done()
    },
  })
  const env = { NO_COLOR: '1', SMPNET_TEST_PACE: '200,600', ...(gate && { PLANTED_GATE: gate }) }
  const total = await vitest(ROOT, [CONFIG, ...files], { ...limit, env, echo })
  return { text, total }
}

describe('a run of the tests', () => {
  it('prints a failure when it happens, and then how far it is and what does not end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'smpnet-progress-'))
    try {
      // The last test of the file ends when all that has been printed after the failure.
      const { text, total } = await planted(['fails'], { gate: join(folder, 'gate') })
      expect(text.split(FAILED)[1]).toMatch(/^[^]*planted with seed 42[^]*\n1 files in \d/)
      expect(total).toEqual({ passed: 2, failed: 1, skipped: 1 })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('tells of files that do not load and of hooks that fail, and counts each once', async () => {
    const { text, total } = await planted(['does-not-load', 'hook'])
    expect(text).toContain('FAILED does-not-load.planted.ts\n')
    expect(text).toContain('planted: this file does not load')
    expect(text).toContain('FAILED hook.planted.ts\n')
    expect(text).toContain('planted: this hook fails')
    expect(total).toEqual({ passed: 1, failed: 2, skipped: 0 })
  })

  it('is stopped when a test never comes back, and counts its file', async () => {
    const { text, total } = await planted(['hangs'], { stallMs: 3_000 })
    expect(text).toMatch(/stopped: none had ended for 3\.0 s in .*\n$/)
    expect(total).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })
})
