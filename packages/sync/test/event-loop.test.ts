import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

describe('The event loop', () => {
  const run = (what: string): string => {
    const file = fileURLToPath(new URL('./fixtures/keep-alive.mjs', import.meta.url))
    return execFileSync(process.execPath, [file, what], { encoding: 'utf8', timeout: 300_000 })
  }

  it('is alive until a wait that only another thread can end is over', () => {
    expect(run('wait')).toBe('woken\n')
  })

  it('ends when nothing waits any more', () => {
    expect(run('no-wait')).toBe('done\n')
  })
})
