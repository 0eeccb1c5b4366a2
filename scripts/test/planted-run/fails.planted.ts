import { expect, it } from 'vitest'

it('holds', () => {})
it('is left out', (context) => context.skip('planted'))
it('fails at once', () => {
  expect.fail('planted with seed 42')
})
it('goes on after that', async () => {
  await new Promise((resolve) => setTimeout(resolve, 1_500))
})
