import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { vitest } from '../lib/vitest.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CONFIG = '--config=scripts/test/planted-run/vitest.config.ts'

/** What a run of planted files prints, and what it is counted as. */
async function planted(files: string[], stallMs?: number) {
  let text = ''
  const echo = new Writable({
    write(part, _encoding, done) {
      text += String(part)
      done()
    },
  })
  const limit = stallMs === undefined ? {} : { stallMs }
  const env = { NO_COLOR: '1', SMPNET_TEST_PACE: '200,600' }
  const total = await vitest(ROOT, [CONFIG, ...files], { ...limit, env, echo })
  return { text, total }
}

describe('a run of the tests', () => {
  it('prints a failure when it happens, then how far it is and what does not end', async () => {
    const { text, total } = await planted(['fails'])
    const order = [
      'FAILED fails.planted.ts > fails at once\n',
      'planted with seed 42',
      'no test has ended for 0.6 s; under way: fails.planted.ts\n',
      '1 files in ',
    ].map((words) => text.indexOf(words))
    expect(order.every((place) => place >= 0)).toBe(true)
    expect(order).toEqual(order.toSorted((one, other) => one - other))
    expect(text).toMatch(/\d s: 0 of 1 files, 3 tests, 1 failed; now fails\.planted\.ts\n/)
    expect(total).toEqual({ passed: 2, failed: 1, skipped: 1 })
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
    const { text, total } = await planted(['hangs'], 3_000)
    expect(text).toMatch(/stopped: none had ended for 3\.0 s in hangs\.planted\.ts\.\n$/)
    expect(total).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })
})
