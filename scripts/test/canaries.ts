import { ALONE } from './alone-canaries.ts'
import type { Canary } from './canary.ts'
import { CIRCLES } from './circle-canaries.ts'
import { lock, manifest, packageLike } from './planted-tree.ts'

const SYNC = 'packages/sync/src/index.ts'
const MEMORY = 'packages/memory/src/index.ts'
const TEST = 'packages/memory/test/one.test.ts'

export const CANARIES: readonly Canary[] = [
  ...inMemory('layer-order', {
    'an import of a higher layer': ["import '@smpnet/sync'", { '@smpnet/sync': '*' }],
    'a dynamic import of one': ["await import('@smpnet/sync')", { '@smpnet/sync': '*' }],
    'a type of one': ["export type S = import('@smpnet/sync').S", { '@smpnet/sync': '*' }],
    'a re-export of one': ["export * from '@smpnet/sync'", { '@smpnet/sync': '*' }],
    'a worker of one': ["import.meta.resolve('@smpnet/sync/worker.js')", { '@smpnet/sync': '*' }],
    'a package of the same layer': ["import '@smpnet/trace'", { '@smpnet/trace': '*' }],
    'a package in no layer': ["import '@smpnet/other'", { '@smpnet/other': '*' }],
    'the package itself by name': ["import '@smpnet/memory'", { '@smpnet/memory': '*' }],
  }),
  ...layersApart(),
  {
    rule: 'layer-unknown',
    what: 'a package without a layer',
    at: 'packages/other/package.json:1',
    plant: packageLike('other'),
  },
  ...inMemory('import-leaves-package', {
    'a relative import of another package': ["import '../../sync/src/index.ts'"],
    'a worker of another package': ["new URL('../../sync/src/w.js', import.meta.url)"],
  }),
  ...inMemory('undeclared-dependency', {
    'an import that package.json does not name': ["import 'left-pad'"],
    'a subpath of one': ["import '@scope/left-pad/deep/file.js'"],
    'a resolved module': ["import.meta.resolve('left-pad/worker.js')"],
  }),
  ...inMemory('dev-dependency', { 'a tool of the root in src': ["import 'vitest'"] }),
  {
    rule: 'unused-dependency',
    what: 'a dependency that only tests import',
    at: 'packages/memory/package.json:22',
    plant: {
      'packages/memory/package.json': manifest('memory', { dependencies: { 'left-pad': '1' } }),
      [TEST]: "import 'left-pad'\n",
    },
  },
  ...inMemory('node-import', {
    'a module by its scheme': ["import 'node:worker_threads'"],
    'a module by its bare name': ["export { readFileSync } from 'fs'"],
    'a dynamic import of one': ["await import('node:os')"],
  }),
  {
    rule: 'node-zone',
    what: 'a package that loads the live machine of another',
    at: 'packages/scheduler/src/index.ts:1',
    plant: {
      ...packageLike('scheduler', { '@smpnet/machine': '*' }),
      'packages/scheduler/src/index.ts': "import '@smpnet/machine/live'\n",
    },
  },
  {
    rule: 'node-zone',
    what: 'a portable file that loads the live machine',
    at: 'packages/machine/src/index.ts:1',
    plant: {
      ...packageLike('machine'),
      'packages/machine/src/index.ts': "export { one } from './live/one.ts'\n",
      'packages/machine/src/live/one.ts': "import 'node:os'\nexport const one = Date.now()\n",
    },
  },
  ...inMemory('ambient-input', {
    chance: ['export const x = Math.random()'],
    'chance taken apart': ['const { random } = Math'],
    'chance by a string': ["Math['random']()"],
    'the time of day': ['Date.now()'],
    'the time of day as an object': ['new Date()'],
    'elapsed time': ['performance.now()'],
    'the environment': ['globalThis.process?.env'],
    'a seed of the system': ['crypto.getRandomValues(new Uint8Array(4))'],
  }),
  ...inMemory('line-width', { 'a line of 101 columns': [`// ${'x'.repeat(98)}`] }),
  ...CIRCLES,
  ...inMemory('who-opens', {
    'a sentence without a noun': ['/** Who waits is woken. */'],
    'the second sentence of a line comment': [
      'const two = 2 // It waits. Whoever wakes it is gone.',
    ],
    'a field of a layout': ['export interface A {\n  /** who may write it */ a: 1\n}', {}, 3],
    'a slot that belongs to nobody': [
      'export const f = () => {\n  // Whose turn it is.\n}',
      {},
      3,
    ],
  }),
  ...inMemory('who-often', {
    'more of them than the limit': ['// A thread that knows who waits is faster.'],
    'one that runs on over lines': [
      '// The lock goes to a thread\n// whom nobody else has seen.',
      {},
      3,
    ],
  }),
  ...inMemory('unfinished', {
    'a promise in a comment': [`// ${'TO'}${'DO'} finish`],
    'a known fault': [`// ${'FIX'}${'ME'} wrong`],
  }),
  ...inTest({
    'a focused test': "it.only('runs', () => {})",
    'a skipped suite': "describe.concurrent.skip('runs', () => {})",
    'an unwritten test': "test.todo('runs')",
    'a skipped table': "it.skip.each([1])('runs %i', () => {})",
    'a prefix': "xit('runs', () => {})",
    'an option': "it('runs', { skip: true }, () => {})",
  }),
  ...fields({
    license: undefined,
    engines: { node: '>=18' },
    files: ['dist'],
    description: '',
    type: 'commonjs',
    sideEffects: undefined,
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
  }),
  missing('README.md'),
  missing('LICENSE'),
  missing('src/index.ts'),
  { ...missing('test/one.test.ts'), at: 'packages/memory/test/*.test.ts:1' },
  { ...missing('bench/one.bench.mjs'), rule: 'package-bench', at: 'packages/memory/README.md:1' },
  inReadme('a link to no file', '[gone](gone.md)'),
  inReadme('a link to no heading', '[gone](packages/memory/README.md#gone)'),
  inReadme('a picture that is not there', '<img alt="gone" src="gone.png">'),
  {
    rule: 'lock-address',
    what: 'an address of a registry',
    at: 'package-lock.json:15',
    plant: { 'package-lock.json': lock({ 'node_modules/x': { resolved: 'https://a.b/x.tgz' } }) },
  },
  {
    rule: 'lock-address',
    what: 'no setting against addresses',
    at: '.npmrc:1',
    plant: { '.npmrc': 'fund=false\n' },
  },
  hole('a missing platform package', 'optionalDependencies'),
  hole('a missing dependency', 'dependencies'),
  ...ALONE,
]

type Planted = Record<string, readonly [code: string, dependencies?: object, line?: number]>

/** Code planted from line 2 of memory's index on, with what package.json must then declare. */
function inMemory(rule: string, planted: Planted): Canary[] {
  return Object.entries(planted).map(([what, [code, dependencies, line = 2]]) => ({
    rule,
    what,
    at: `${MEMORY}:${line}`,
    plant: {
      [MEMORY]: `export const one = 1\n${code}\n`,
      'packages/memory/package.json': manifest('memory', { dependencies }),
    },
  }))
}

/** The model checker stands alone, and what ships stands without the case suites. */
function layersApart(): Canary[] {
  const at = 'packages/interleave/src/index.ts'
  const text = "import '@smpnet/memory'\n"
  const dependencies = { '@smpnet/memory': '*' }
  const plant = { ...packageLike('interleave', dependencies), [at]: text }
  const suites = {
    'packages/sync/package.json': manifest('sync', { dependencies: { '@smpnet/testing': '*' } }),
    [SYNC]: "export * from '@smpnet/testing'\n",
  }
  return [
    { rule: 'layer-order', what: 'a package that knows any', at: `${at}:1`, plant },
    { rule: 'layer-order', what: 'the case suites in src', at: `${SYNC}:1`, plant: suites },
  ]
}

function inTest(planted: Record<string, string>): Canary[] {
  return Object.entries(planted).map(([what, code]) => ({
    rule: 'partial-test',
    what,
    at: `${TEST}:2`,
    plant: { [TEST]: `import { describe, it, test } from 'vitest'\n${code}\n` },
  }))
}

function fields(changes: Record<string, unknown>): Canary[] {
  return Object.entries(changes).map(([field, value]) => ({
    rule: 'package-field',
    what: `${field} that says ${JSON.stringify(value) ?? 'nothing'}`,
    at: 'packages/memory/package.json:1',
    plant: { 'packages/memory/package.json': manifest('memory', { [field]: value }) },
  }))
}

function missing(file: string): Canary {
  const path = `packages/memory/${file}`
  const plant = { [path]: undefined, 'README.md': '# Tree\n' }
  return { rule: 'package-file', what: `no ${file}`, at: `${path}:1`, plant }
}

function inReadme(what: string, link: string): Canary {
  const plant = { 'README.md': `# Tree\n\n${link}\n` }
  return { rule: 'readme-link', what, at: 'README.md:3', plant }
}

function hole(what: string, kind: string): Canary {
  const entry = { version: '4.1.12', dev: true, [kind]: { '@vitest/darwin': '4.1.12' } }
  const plant = { 'package-lock.json': lock({ 'node_modules/vitest': entry }) }
  return { rule: 'lock-hole', what, at: 'package-lock.json:9', plant }
}
