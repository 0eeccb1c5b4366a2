import { startLive } from '@smpnet/machine/live'
import { simulate } from '@smpnet/machine/sim'
import { allowBothMemories } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { FEW, MANY, policyOf, start } from './fixtures/inversion.mjs'

// Tests of this package are of both kinds of memory, and measure nothing by the host's time.
allowBothMemories()

/** What the thread between the two says: that it was passed in time, or that it gave up. */
type Said = Promise<unknown>

const machines: Record<string, (name: string, isDeaf: boolean, turns: number) => Said> = {
  simulated: async (name, isDeaf, turns) => {
    let said: unknown
    simulate({
      profile: 'xeon-e5-2650',
      cpus: 2,
      seed: 1,
      memoryBytes: 1 << 20,
      untilNs: 50e6,
      setup: ({ arena }) => ({
        at: arena.place('inversion', 128),
        policyOn: policyOf(name, isDeaf),
      }),
      boot: (cpu, { at, policyOn }) => start(cpu, { at, turns, policy: policyOn(cpu) }),
      onReport: ({ value }) => (said = value),
    })
    return said
  },
  live: async (name, isDeaf, turns) => {
    let say!: (value: unknown) => void
    const said = new Promise((resolve) => (say = resolve))
    const machine = await startLive({
      cpus: 2,
      boot: new URL('./fixtures/inversion.mjs', import.meta.url),
      setup: ({ arena }) => ({ at: arena.place('inversion', 128), turns, name, isDeaf }),
      onReport: (_cpu, value) => say(value),
    })
    const outcome = await Promise.race([said, machine.stopped])
    await machine.stop()
    return outcome
  },
}

describe.each(Object.entries(machines))('an urgent thread of a %s machine', (_machine, run) => {
  it.each(['priority', '4BSD', 'ULE'])(
    'gets its lock from a holder on another CPU, whoever is between: %s',
    async (name) => {
      expect(await run(name, false, MANY)).toBe('bounded')
    },
  )

  it('would wait for ever for one that nobody lends to', async () => {
    expect(await run('priority', true, FEW)).toBe('inverted')
  })
})
