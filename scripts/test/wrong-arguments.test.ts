import { fileURLToPath } from 'node:url'
import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { run } from '../lib/run.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** A failure prints it, and `main.mjs SEED` does the same again; others are worth a try. */
const SEED = process.env['SMPNET_SEED'] ?? '1'

/** Each place of a right call gets so many values; another seed gives it the others. */
const EVERY = 4

interface Fault {
  readonly kind: string
  readonly call: string
}

interface Outcome {
  readonly calls: number
  readonly faults: readonly Fault[]
  readonly unlisted: readonly string[]
  readonly stale: readonly string[]
  readonly hangs?: string
}

/** Calls everything with wrong arguments, or what is named, or what is planted. */
async function called(only = '', plants = '', every = 1): Promise<Outcome> {
  const args = ['scripts/wrong-arguments/main.mjs', SEED, only, plants, String(every)]
  const { stdout, output } = await run(process.execPath, args, { cwd: ROOT, limitMs: 600_000 })
  try {
    return JSON.parse(stdout) as Outcome
  } catch {
    throw new Error(`with seed ${SEED} no outcome was printed: ${output.slice(0, 2000)}`)
  }
}

describe('Wrong arguments', () => {
  it('are refused by a sentence, before anything is written, by every export', async () => {
    const outcome = await called('', '', thorough(1, EVERY))
    expect(outcome, `seed ${SEED}`).toMatchObject({ faults: [], unlisted: [], stale: [] })
    expect(outcome.calls).toBeGreaterThan(20_000)
  })
})

describe('It is found when an export', () => {
  let planted: Promise<Outcome> | undefined
  /** Of one call of all that is planted, which loads every package. */
  const ofPlanted = (): Promise<Outcome> => (planted ??= called('planted', 'faults'))

  it('believes its argument, at once or when it is awaited', async () => {
    const { faults } = await ofPlanted()
    const calls = faults.map(({ kind, call }) => `${kind}: ${call.split('(')[0]}`)
    expect(calls).toContain('no sentence: planted.believes')
    expect(calls).toContain('no sentence: planted.awaitsWhatItBelieves')
  })

  it('believes a field of an argument beside others that are right', async () => {
    const { faults } = await ofPlanted()
    expect(faults).toContainEqual(
      expect.objectContaining({
        kind: 'no sentence',
        call: 'planted.divides, 1.of.size(64, {at, of})',
      }),
    )
  })

  it('refuses what is right', async () => {
    const { faults } = await ofPlanted()
    expect(faults.map(({ kind, call }) => `${kind}: ${call}`)).toContain(
      'refused though right: planted.refuses(64)',
    )
  })

  it('writes before it refuses', async () => {
    const { faults } = await called('Changed#', 'faults')
    expect(faults.map(({ kind }) => kind)).toEqual(['changed though refused'])
  })

  it('hangs', async () => {
    expect((await called('planted', 'hang')).hangs).toBe('planted.hangs')
  })

  it('is a class that nobody has listed', async () => {
    expect((await ofPlanted()).unlisted).toEqual(['Unlisted'])
  })
})
