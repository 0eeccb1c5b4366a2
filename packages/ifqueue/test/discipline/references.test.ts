import { describe, expect, it } from 'vitest'
import { checkDiscipline, COMPARISONS } from './check-disciplines.ts'
import * as parts from './parts.ts'

describe('A discipline does with each packet what its paper says', () => {
  it.each(COMPARISONS)('%s', (name, comparison) => {
    const { refused, dropped, marked } = checkDiscipline(parts, comparison)
    expect(refused + dropped).toBeGreaterThan(50)
    expect(marked > 20).toBe(name.endsWith('marks'))
  })
})
