import type { Exploration } from '@smpnet/interleave'
import { expect } from 'vitest'

/**
 * Executions per model in CI. `SMPNET_MODELS=all` explores every model to its end, which takes
 * hours for the largest; the README has those figures. `SMPNET_MODELS=5000` sets another bound.
 */
const asked = process.env['SMPNET_MODELS'] ?? '1000'

export const budget = { maxExecutions: asked === 'all' ? 100_000_000 : Number(asked) }

/**
 * Fails with the schedule when something is wrong, or when the model ended for another reason than
 * that bound: one that runs on for ever shows nothing.
 */
export function expectToHold(result: Exploration): void {
  if (process.env['SMPNET_MODELS'] !== undefined) process.stdout.write(`${result.summary}\n`)
  expect(result.failure?.text).toBeUndefined()
  expect(result.stopped ?? 'at its end').toMatch(/^at its end$|^\d+ executions$/)
}
