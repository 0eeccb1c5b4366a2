import { WITHIN } from './alone-canaries.ts'
import { NO_CIRCLES } from './circle-canaries.ts'
import { manifest, packageLike, type Files } from './planted-tree.ts'

const MEMORY = 'packages/memory/src/index.ts'
const TEST = 'packages/memory/test/one.test.ts'

/** What looks like a violation and is none, so that a check does not cry wolf. */
export const ALLOWED: readonly { what: string; plant: Files }[] = [
  ...inMemory({
    'a word in a comment': '/** Not Math.random() or Date.now(), but process.env. */',
    'a function of that name': 'export function process(): void {}\nprocess()',
    'a member of that name': 'export const { process } = { process: 1 }',
    'a method of that name': 'export class Packet {\n  process(): void {}\n}',
    'a type with that member': 'export interface Packet {\n  process: () => void\n}',
    'a date that is given': 'export const epoch = new Date(0)',
    'a "whose" that has its noun': '/** The slot whose word is 0 is free. */',
    'that word in code or a name': "/** `who` prints it. */\nexport const whoever = 'Who waits'",
    'one "who" in a thousand words': `/**\n${' * Four words or so.\n'.repeat(250)} * And who. */`,
    'a long address': `// https://example.org/${'x'.repeat(100)}`,
    'a worker of its own': "new URL('./worker.js', import.meta.url)",
    'a worker without a dot': "new URL('live/worker.js', import.meta.url)",
    'a name that a longer word holds': `export const ${'TO'}${'DO'}S = 1`,
  }),
  ...NO_CIRCLES,
  { what: 'a part that loads as much as it may, and knows more by its types', plant: WITHIN },
  {
    what: 'the live machine on Node',
    plant: {
      ...packageLike('machine'),
      'packages/machine/src/live/index.ts': "import 'node:os'\nexport const now = Date.now()\n",
      'packages/machine/src/index.ts': "export type { now } from './live/index.ts'\n",
    },
  },
  {
    what: 'the command line of the model checker',
    plant: {
      ...packageLike('interleave'),
      'packages/interleave/src/node/cli.ts': "import 'node:fs'\nprocess.exit(0)\n",
    },
  },
  {
    what: 'a test with tools of the root, its own devDependencies and Node',
    plant: {
      'packages/memory/package.json': manifest('memory', {
        devDependencies: { '@smpnet/testing': '^0.0.0' },
      }),
      [TEST]: importing('vitest', '@smpnet/testing', '@smpnet/memory', 'node:fs'),
    },
  },
  {
    what: 'a tool that the user brings',
    plant: {
      'packages/memory/package.json': manifest('memory', { peerDependencies: { vitest: '>=3' } }),
      [MEMORY]: importing('vitest'),
    },
  },
  {
    what: 'a test that skips itself with a reason',
    plant: { [TEST]: `${importing('vitest')}it('runs', (context) => context.skip('why'))\n` },
  },
  {
    what: 'a link to another place',
    plant: { 'README.md': '# Tree\n\n[a](https://a.b) [b](#tree) ![c](packages/sync)\n' },
  },
  {
    what: 'build settings that share a file at the root',
    plant: { 'packages/memory/tsup.config.ts': importing('../../tsup.base.ts', 'vitest') },
  },
]

function inMemory(planted: Record<string, string>): { what: string; plant: Files }[] {
  return Object.entries(planted).map(([what, code]) => ({
    what,
    plant: { [MEMORY]: `export const one = 1\n${code}\n` },
  }))
}

function importing(...specifiers: string[]): string {
  return specifiers.map((specifier) => `import '${specifier}'\n`).join('')
}
