import { it } from 'vitest'

it('holds before the hang', () => {})
it('never comes back', () => {
  for (;;);
})
