import type { Exploration } from '@smpnet/interleave'
import { expect } from 'vitest'

/**
 * How thorough a run is. `npm test` sets nothing, and takes the small sizes. `npm run test:models`
 * sets `SMPNET_MODELS=1000`: the large sizes, and so many executions of models whose schedules are
 * too many to be tried; with `--whole` it sets `all`, and they go on to their end, too.
 */
const asked = process.env['SMPNET_MODELS']

/** `large` where there is time for it, which is in `npm run test:models`, and else `small`. */
export function thorough<T>(large: T, small: T): T {
  return asked === undefined ? small : large
}

/** `large` only where every model is explored to its end, and else `small`. */
export function toTheEnd<T>(large: T, small: T): T {
  return asked === 'all' ? large : small
}

/**
 * All of a list where there is time for it, and else of `every` items one, for lists whose items
 * are of a kind: planted bugs, seeds, sizes. It is the first of them, or the one after `first`
 * others, so that those who take the same list can share it out.
 */
export function someOf<T>(list: readonly T[], every: number, first = 0): readonly T[] {
  return thorough(
    list,
    list.filter((_, i) => i % every === first % every),
  )
}

/** How far models go whose schedules are too many to be tried: so many executions. */
export const budget = {
  maxExecutions: asked === 'all' ? Number.POSITIVE_INFINITY : Number(asked ?? '60'),
}

/** For models that are explored to their end wherever they run. */
export const whole = { maxExecutions: Number.POSITIVE_INFINITY }

/** For models that take long to their end: in `npm test` they go as far as those that have none. */
export const timely = thorough(whole, budget)

/**
 * Fails with the schedule when something is wrong, or when the model ended for another reason than
 * its bound: one that runs on for ever shows nothing.
 */
export function expectToHold(result: Exploration): void {
  if (asked !== undefined) process.stdout.write(`${result.summary}\n`)
  expect(result.failure?.text).toBeUndefined()
  expect(result.stopped ?? 'at its end').toMatch(/^at its end$|^\d+ executions$/)
}
