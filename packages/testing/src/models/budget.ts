import type { Exploration } from '@smpnet/interleave'
import { expect, vi } from 'vitest'

/**
 * How far models go whose schedules are too many to be tried in CI: so many executions. With
 * `SMPNET_MODELS=all`, which is `npm run test:models`, they go on to their end, too;
 * `SMPNET_MODELS=5000` sets another bound.
 */
const asked = process.env['SMPNET_MODELS']

export const budget = {
  maxExecutions: asked === 'all' ? Number.POSITIVE_INFINITY : Number(asked ?? '1000'),
}

/** An exploration cannot be interrupted, and a crowded machine may take long for it. */
vi.setConfig({ testTimeout: 600_000 })

/** For models that are explored to their end wherever they run. */
export const whole = { maxExecutions: Number.POSITIVE_INFINITY }

/**
 * Fails with the schedule when something is wrong, or when the model ended for another reason than
 * its bound: one that runs on for ever shows nothing.
 */
export function expectToHold(result: Exploration): void {
  if (asked !== undefined) process.stdout.write(`${result.summary}\n`)
  expect(result.failure?.text).toBeUndefined()
  expect(result.stopped ?? 'at its end').toMatch(/^at its end$|^\d+ executions$/)
}
