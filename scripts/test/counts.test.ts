import { describe, expect, it } from 'vitest'
import { countLine, counts } from '../lib/counts.mjs'

const report = (changes: object = {}) => ({
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
  ...changes,
})

describe('the last line of npm test', () => {
  it('names the passed and the failed', () => {
    expect(countLine(counts(report(), 0))).toBe('3 passed, 0 failed')
  })

  it('names the skipped only when there are any', () => {
    const line = countLine(counts(report({ numPendingTests: 2, numTodoTests: 1 }), 0))
    expect(line).toBe('3 passed, 0 failed, 3 skipped')
  })

  it('counts a file that does not load', () => {
    const testResults = [{ status: 'failed', assertionResults: [] }]
    expect(counts(report({ testResults }), 1).failed).toBe(1)
  })

  it('counts a failed hook next to tests that passed', () => {
    const testResults = [{ status: 'failed', assertionResults: [{ status: 'passed' }] }]
    expect(counts(report({ testResults }), 1).failed).toBe(1)
  })

  it('does not count a failed test twice', () => {
    const testResults = [{ status: 'failed', assertionResults: [{ status: 'failed' }] }]
    expect(counts(report({ numFailedTests: 1, testResults }), 1).failed).toBe(1)
  })

  it('counts an error that no test owns', () => {
    expect(counts(report(), 1).failed).toBe(1)
  })

  it('counts a run that left no report', () => {
    expect(counts(undefined, 137)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })
})
