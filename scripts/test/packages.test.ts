import { describe, expect, it } from 'vitest'
import { fileURLToPath } from 'node:url'
import { runExamples } from '../packages/example.mjs'
import { closure, packAll } from '../packages/pack.mjs'
import { unpublishable } from '../packages/publishable.mjs'
import { gzipBytes, misstated } from '../packages/size.mjs'
import { inTree, manifest, type Files } from './planted-tree.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LIMIT_MS = 1000

/** What running the examples of a README comes to in an empty folder. */
function examples(...blocks: [info: string, code: string][]) {
  const readme = blocks
    .map(([info, code]) => `\`\`\`${info}\n${code}\n\`\`\`\n`)
    .join('\ntext\n\n')
  return inTree({}, (folder) => runExamples(folder, readme, LIMIT_MS))
}

/** What the tools say of a package `one` without declarations, packed with these files added. */
function problemsOf(added: Files): Promise<(string | undefined)[]> {
  const files = {
    'package.json': '{ "private": true, "workspaces": ["packages/*"] }',
    'packages/one/package.json': manifest('one', { version: '1.0.0' }),
    'packages/one/src/index.ts': 'export const one = 1\n',
    'packages/one/dist/index.js': 'export const one = 1\n',
    ...added,
  }
  return inTree(files, async (root) => {
    const packs = await packAll(root, root)
    return unpublishable(ROOT, packs.get('@smpnet/one').tarball, { isApp: false })
  })
}

describe('an example of a README', () => {
  it('runs as a module and prints', async () => {
    const outcome = await examples(['js', 'throw 1'], ['js example', 'console.log(await 1)'])
    expect(outcome).toEqual({ result: expect.stringContaining('ran in') })
  })

  it('finds the files that the README gives beside it', async () => {
    const code = "import { one } from './one.mjs'\nconsole.log(one)"
    const outcome = await examples(
      ['js example', code],
      ['js file=one.mjs', 'export const one = 1'],
    )
    expect(outcome.problem).toBeUndefined()
  })

  it.each([
    ['is there', ['js', '1'], 'no block marked'],
    ['is JavaScript', ['ts example', '1'], 'found `ts example`'],
    ['prints something', ['js example', '1'], 'printed nothing'],
    ['ends well', ['js example', 'console.log(1); process.exit(3)'], 'status 3'],
    ['ends in time', ['js example', 'setInterval(() => console.log(1), 9)'], 'still running'],
  ] as const)('%s, or fails', async (_what, [info, code], problem) => {
    expect((await examples([info, code])).problem).toContain(problem)
  })
})

describe('a stated size', () => {
  it.each([
    ['Size: 10.9 kB gzip', 'holds'],
    ['Size: 9.1 kB gzip, without dependencies', 'holds'],
    ['Size: 11.2 kB gzip', 'more than 10 % off'],
    ['Size: 8 kB gzip', 'more than 10 % off'],
    ['It is small.', 'states no size'],
  ])('%s: %s', (line, problem) => {
    const found = misstated(`# x\n\n${line}\n`, 10_000, true)
    expect(found ?? 'holds').toContain(problem)
  })

  it('counts each file that the entries reach, once, and no dependency', async () => {
    const files = {
      'dist/a.js': "import './shared.js'\nimport 'elsewhere'\nexport * from './b.js'\n",
      'dist/b.js': "import './shared.js'\n",
      'dist/shared.js': 'export const shared = 1\n',
      'dist/worker.js': 'x'.repeat(10_000),
    }
    const exported = (path: string) => ({ default: path })
    const weigh = (exports: object) =>
      inTree(files, (folder) => gzipBytes(folder, { manifest: { exports } }))
    const first = { '.': exported('./dist/a.js') }
    const both = { ...first, './b': exported('./dist/b.js') }
    const shared = { '.': exported('./dist/shared.js') }
    expect(await weigh(both)).toBe(await weigh(first))
    expect(await weigh(first)).toBeGreaterThan(await weigh(shared))
  })
})

describe('a packed package', () => {
  it('comes with all that it depends on, directly or not', () => {
    const named = (name: string, ...needs: string[]) => ({
      name,
      manifest: { dependencies: Object.fromEntries(needs.map((need) => [need, '*'])) },
    })
    const all = [named('a', 'b', 'elsewhere'), named('b', 'c'), named('c'), named('d', 'a')]
    expect([...closure(all[0], all)].map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  })

  it('fails both tools when its types are missing', async () => {
    const problems = await problemsOf({})
    expect(problems.map((problem) => problem?.split(' ', 1)[0])).toEqual([
      'publint',
      'are-the-types-wrong',
    ])
  })

  it('passes them when all is there', async () => {
    const types = { 'packages/one/dist/index.d.ts': 'export declare const one = 1\n' }
    expect(await problemsOf(types)).toEqual([])
  })
})
