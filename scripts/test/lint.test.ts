import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { copyInto, inTree, type Files } from './planted-tree.ts'

const OXLINT = fileURLToPath(new URL('../../node_modules/oxlint/bin/oxlint', import.meta.url))
const SETTINGS = fileURLToPath(new URL('../../.oxlintrc.json', import.meta.url))

/** The place and rule of all that the linter finds in a tree under the repository's settings. */
function findings(files: Files): Promise<string[]> {
  return inTree({ 'packages/a/src/index.ts': 'export const one = 1\n', ...files }, (cwd) => {
    copyInto(cwd, SETTINGS, '.oxlintrc.json')
    const args = [OXLINT, '--deny-warnings', '--format=unix', 'packages']
    const { stdout } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })
    const found = stdout.matchAll(/^(\S+?):(\d+):.*\[Error\/\w+\((.*)\)\]$/gm)
    return [...found].map(([, file, line, rule]) => `${file}:${line} ${rule}`).sort()
  })
}

const A = 'packages/a/src/a.ts'
const B = 'packages/a/src/b.ts'

/** A function of so many lines, head and end included. */
function lines(count: number, head = 'export function a(): void'): string {
  return `${head} {\n${'  globalThis.queueMicrotask(Boolean)\n'.repeat(count - 2)}}\n`
}

interface Canary {
  readonly what: string
  readonly files: Files
  readonly found: readonly string[]
}

const CANARIES: readonly Canary[] = [
  {
    what: 'a file of 501 lines',
    files: { [A]: `export const a = 1\n${'// more\n'.repeat(500)}` },
    found: [`${A}:501 max-lines`],
  },
  {
    what: 'a function of 71 lines',
    files: { [A]: lines(71) },
    found: [`${A}:1 max-lines-per-function`],
  },
  {
    what: 'a generator of 71 lines',
    files: { [A]: lines(71, 'export function* a(): Generator<number>') },
    found: [`${A}:1 max-lines-per-function`],
  },
  {
    what: 'a cycle of values',
    files: { [A]: "export { b } from './b.ts'\n", [B]: "import './a.ts'\nexport const b = 1\n" },
    found: [`${A}:1 no-cycle`, `${B}:1 no-cycle`],
  },
  {
    what: 'a cycle of types',
    files: {
      [A]: "import type { B } from './b.ts'\nexport type A = B[]\n",
      [B]: "import type { A } from './a.ts'\nexport interface B {\n  a: A\n}\n",
    },
    found: [`${A}:1 no-cycle`, `${B}:1 no-cycle`],
  },
  {
    what: 'a file name that is not in kebab case',
    files: { 'packages/a/src/runQueue.ts': 'export const a = 1\n' },
    found: ['packages/a/src/runQueue.ts:1 filename-case'],
  },
  {
    what: 'a package that prints',
    files: { [A]: "console.log('a')\n" },
    found: [`${A}:1 no-console`],
  },
  {
    what: 'a type that says nothing',
    files: { [A]: 'export const a: any = 1\n' },
    found: [`${A}:1 no-explicit-any`],
  },
]

describe('the linter', () => {
  it('finds nothing in a clean tree', async () => {
    const names = ['test/one-two.test.ts', 'bench/one.bench.mjs', 'tsup.config.ts']
    const others = Object.fromEntries(names.map((name) => [`packages/a/${name}`, lines(3)]))
    expect(await findings({ [A]: lines(70), ...others })).toEqual([])
  })

  it('lets the describe of a test be long', async () => {
    const body = '  Boolean()\n'.repeat(99)
    const suite = `import { describe } from 'vitest'\ndescribe('a', () => {\n${body}})\n`
    expect(await findings({ 'packages/a/test/a.test.ts': suite })).toEqual([])
  })

  it.each(CANARIES)('finds $what', async ({ files, found }) => {
    expect(await findings(files)).toEqual(found)
  })
})
