import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, it } from 'vitest'
import { type Exploration, explore, type ExploreOptions } from '../src/explore.ts'
import type { Setup } from '../src/explorer/explorer.ts'
import { load } from '../src/node/load.ts'

const FOLDER = join(import.meta.dirname, '../found')

/** A public fault, made again in small: what fails, and what is mended and holds. */
interface Fault {
  readonly asShipped: Setup
  readonly mended: Setup
  readonly options?: ExploreOptions
}

const names = readdirSync(FOLDER).filter((name) => name.endsWith('.mjs'))
const rows: string[] = []

it.each(names)('%s fails as it was shipped, and holds mended', async (name) => {
  const fault = (await load(join(FOLDER, name))) as unknown as Fault
  const asShipped = explore({ name, ...fault.options }, fault.asShipped)
  const mended = explore({ name, ...fault.options }, fault.mended)
  expect(asShipped.verdict).toBe('fails')
  expect([mended.verdict, mended.failure?.text]).toEqual(['holds', undefined])
  rows.push(rowOf(name, asShipped, mended))
})

it('the table says what each prints', async () => {
  expect(names.length).toBeGreaterThanOrEqual(20)
  const table = [...HEAD, ...rows, ''].join('\n')
  await expect(table).toMatchFileSnapshot('../found/README.md')
})

const HEAD = [
  '# Found as shipped',
  '',
  'Public faults of other projects, each made again in small and in words of our own: what the',
  'checker prints of the program as it was shipped, in which execution, and in how many the mended',
  'one holds. `npx interleave found/NAME.mjs` prints the schedule, with `--deaths 1` or',
  '`--timeouts 2` where the file says so. Written by',
  '`npx vitest run packages/interleave/test/found.test.ts -u`, and compared by the same without',
  '`-u`.',
  '',
  '| fault | what is wrong | found | in execution | mended: holds in |',
  '| --- | --- | --- | ---: | ---: |',
]

function rowOf(name: string, asShipped: Exploration, mended: Exploration): string {
  const { comment, url } = essayOf(name)
  const { kind, message } = asShipped.failure!
  const folder = relative(process.cwd(), FOLDER)
  const said = message.replaceAll(`${folder}/`, '').replaceAll('|', '\\|')
  const found = `${kind}: ${said}`
  const { executions } = mended
  const link = `[${name.replace('.mjs', '')}](${url})`
  return `| ${[link, comment, found, asShipped.executions, executions].join(' | ')} |`
}

/** What a file says of itself at its top, and where the fault is described. */
function essayOf(name: string): { comment: string; url: string } {
  const text = readFileSync(join(FOLDER, name), 'utf8')
  const essay = /^\/\*\*\n([^]*?)\*\//
    .exec(text)![1]!
    .replaceAll(/\s*\n? \* ?/g, ' ')
    .trim()
  const url = /https:\S+/.exec(essay)![0]
  return { comment: essay.slice(0, essay.indexOf(url)).trim(), url }
}
