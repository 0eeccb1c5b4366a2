import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'

it('holds', () => {})
it('is left out', (context) => context.skip('planted'))
it('fails at once', () => {
  expect.fail('planted with seed 42')
})
it('goes on until it is let go', async () => {
  const gate = process.env['PLANTED_GATE']
  while (gate !== undefined && !existsSync(gate)) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
})
