import { readFileSync } from 'node:fs'
import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import {
  LOADS,
  measure,
  NICES,
  niceShare,
  POLICY_NAMES,
  predictedShare,
} from '../bench/support/policy-loads.mjs'

const tables = readFileSync(new URL('../docs/policies.md', import.meta.url), 'utf8').split('\n')

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`

describe.each(POLICY_NAMES)('the tables of %s', (policy) => {
  it.each(Object.keys(LOADS))('say what the load %s comes to', (load) => {
    for (const cpus of thorough([1, 4], [1])) {
      expect(tables).toContain(row(measure({ profile: 'xeon-8176', policy, load, cpus })))
    }
  })

  /** Half of what four priorities, which share a queue and are not told apart, are worth. */
  const queueWidth = 0.04

  it.each(NICES)('say what a hog of nice %i gets beside one of %i, as predicted', (...nices) => {
    const [got, predicted] = [niceShare(policy, nices), predictedShare(policy, nices)]
    expect(tables).toContain(row([policy, nices.join(', '), got.toFixed(3), predicted.toFixed(3)]))
    expect(Math.abs(got - predicted)).toBeLessThan(queueWidth)
  })
})
