import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { netperf } from './run-netperf.ts'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('netperf validate', () => {
  it('prints what the README says, good and bad', async () => {
    const { stdout, status } = await netperf(['validate'])
    expect(status).toBe(0)
    expect(README).toContain(stdout.trim())
  })
})
