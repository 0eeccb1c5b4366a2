import { expect, it } from 'vitest'
import * as parts from '../support/parts.ts'
import { checkTuples } from './check-tuples.ts'

it('Tuples are found in frames of every link type, and only where they are', () => {
  expect(checkTuples(parts)).toBe(28)
})
