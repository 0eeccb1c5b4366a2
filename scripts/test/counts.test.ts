import { describe, expect, it } from 'vitest'
import { countLine, counts } from '../lib/counts.mjs'

const tally = (changes: object = {}) => ({
  passed: 3,
  failed: 0,
  skipped: 0,
  underWay: [],
  tests: 3,
  hasEnded: true,
  ...changes,
})

describe('the last line of npm test', () => {
  it('names the passed and the failed', () => {
    expect(countLine(counts(tally(), 0))).toBe('3 passed, 0 failed')
  })

  it('names the skipped only when there are any', () => {
    expect(countLine(counts(tally({ skipped: 3 }), 0))).toBe('3 passed, 0 failed, 3 skipped')
  })

  it('does not count a failed test twice', () => {
    expect(counts(tally({ failed: 1 }), 1).failed).toBe(1)
  })

  it('counts an error that no test owns', () => {
    expect(counts(tally(), 1).failed).toBe(1)
  })

  it('counts each file that was under way when the run was killed', () => {
    const killed = { failed: 1, hasEnded: false, underWay: ['a.test.ts', 'b.test.ts'] }
    expect(counts(tally(killed), 1)).toEqual({ passed: 3, failed: 3, skipped: 0 })
  })

  it('counts a run that was killed between two files', () => {
    expect(counts(tally({ hasEnded: false }), 1).failed).toBe(1)
  })

  it('counts a run that left no tally', () => {
    expect(counts(undefined, 137)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })
})
