import { expect } from 'vitest'
import { PARK, SPIN, type Waiting, WOKEN } from '@smpnet/park'

/** Resumes a generator as a kernel does, until it parks; spins pass. Fails if it ends first. */
export function untilParked<T>(waiting: Waiting<T>, resumedWith = WOKEN): Waiting<T> {
  let step = waiting.next(resumedWith)
  while (!step.done && step.value === SPIN) step = waiting.next(WOKEN)
  expect(step).toEqual({ done: false, value: PARK })
  return waiting
}

/** Resumes a generator until it ends, and returns its result. Fails if it parks. */
export function untilEnded<T>(waiting: Waiting<T>, resumedWith = WOKEN): T {
  let step = waiting.next(resumedWith)
  while (!step.done && step.value === SPIN) step = waiting.next(WOKEN)
  if (!step.done) throw new Error(`it was to end, and yields ${step.value}`)
  return step.value
}
