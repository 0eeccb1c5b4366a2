import { thorough } from '@smpnet/testing/models'
import { expect, it } from 'vitest'
import { soak } from '../bench/support/soak.mjs'

it('loses no wakeup and no addition among 1000 threads of two CPUs, for some seconds', async () => {
  // A seed of its own for each run: a failure names it, and `npm run soak` takes it.
  const seed = Date.now() % 1_000_000
  const { rounds, additions } = await soak({ seed, ms: thorough(10_000, 1_500) })
  // How many there are is the host's affair.
  expect(rounds).toBeGreaterThan(0)
  expect(additions).toBeGreaterThan(0)
})

it.each([
  ['deaf', /soak with seed 1: no step for 3000 ms: .*thread \d+ waits for a signal/],
  ['lawless', /soak with seed 1: \d+ additions under mutexes left \d+/],
] as const)('finds out threads that are %s', async (fault, sentence) => {
  const stuckMs = fault === 'deaf' ? 3_000 : 60_000
  await expect(soak({ seed: 1, ms: 1_000, stuckMs, fault })).rejects.toThrow(sentence)
})
