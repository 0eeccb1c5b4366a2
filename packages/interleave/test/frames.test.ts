import { expect, it } from 'vitest'
import { load } from '../src/node/load.ts'
import { join } from 'node:path'

const FILE = join(import.meta.dirname, 'fixtures/frames.mjs')

/** The places in a stack, the innermost first, below the message. */
function placesOf(error: Error): string[] {
  return error.stack!.split('\n').filter((line) => /^\s+at /.test(line))
}

it.each(['throws', 'refuses'])(
  'what compiled code %s points at the program, not at the checker',
  async (name) => {
    const { [name]: fail } = (await load(FILE)) as Record<string, () => void>
    let error: unknown
    try {
      fail!()
    } catch (thrown) {
      error = thrown
    }
    const [first] = placesOf(error as Error).filter((line) => !line.includes('<anonymous>'))
    expect(first).toContain('frames.mjs')
  },
)
