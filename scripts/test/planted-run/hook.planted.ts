import { afterAll, it } from 'vitest'

afterAll(() => {
  throw new Error('planted: this hook fails')
})
it('holds beside a failing hook', () => {})
