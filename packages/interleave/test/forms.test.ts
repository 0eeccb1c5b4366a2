import { describe, expect, it } from 'vitest'
import { explore } from '../src/explore.ts'
import { FORMS } from './support/forms.ts'
import { evaluate } from './support/compiled.ts'

/** What becomes of a form of access while another thread writes or reads the same element. */
function fateOf(form: string, other: string): string {
  const setup = evaluate(
    `export const main = ({ thread }) => {
      const w = new Int32Array(new SharedArrayBuffer(8))
      thread('a', () => { ${other} })
      thread('b', () => { ${form} })
    }`,
    true,
  )
  try {
    const { failure } = explore({ name: form }, setup as never)
    return failure === undefined
      ? 'nothing'
      : failure.kind === 'data-race'
        ? 'race'
        : failure.message
  } catch (error) {
    if ((error as Error).name === 'Refusal') return 'refused'
    throw error
  }
}

describe('every form of access is a step or is refused', () => {
  it.each(FORMS.reads)('reading: %s', (form) => {
    expect(fateOf(form, 'w[0] = 1')).toMatch(/^(race|refused)$/)
  })

  it.each(FORMS.writes)('writing: %s', (form) => {
    expect(fateOf(form, 'w[0]')).toMatch(/^(race|refused)$/)
  })

  it.each(FORMS.neither)('and touches nothing if it only keeps the array: %s', (form) => {
    expect(fateOf(form, 'w[0] = 1')).toBe('nothing')
  })

  it('which most of them are', () => {
    const fates = [...FORMS.reads].map((form) => fateOf(form, 'w[0] = 1'))
    expect(fates.filter((fate) => fate === 'race').length).toBeGreaterThan(fates.length / 2)
  })
})
