import type { Canary } from './canary.ts'
import { type Files, manifest } from './planted-tree.ts'

const SRC = 'packages/sync/src'
const README = 'packages/sync/README.md'
const DOOR = `${SRC}/mutex/index.ts`

/** The package sync with the entry that is to be taken alone, and what its README says of that. */
function sync(says: string, files: Files): Files {
  const entry = (source: string, name: string) => ({
    '@smpnet/source': source,
    types: `./dist/${name}.d.ts`,
    default: `./dist/${name}.js`,
  })
  return {
    'packages/sync/package.json': manifest('sync', {
      exports: {
        '.': entry('./src/index.ts', 'index'),
        './mutex': entry('./src/mutex/index.ts', 'mutex'),
      },
    }),
    [`${SRC}/index.ts`]: 'export const one = 1\n',
    [DOOR]: "export { lock } from '../lock.ts'\n",
    [README]: `# sync\n\nAlone: \`@smpnet/sync/mutex\` loads ${says}.\n`,
    ...files,
  }
}

/** So many files, each of which loads the next. */
function chain(count: number): Files {
  const all = Array.from({ length: count }, (_, i) => {
    const next = i + 1 < count ? `import './lock${i + 1}.ts'\n` : ''
    return [`${SRC}/lock${i || ''}.ts`, `${next}export const lock = 1\n`] as const
  })
  return Object.fromEntries(all)
}

const long = (lines: number) => `${'// A line.\n'.repeat(lines - 1)}export const lock = 1\n`

export const ALONE: readonly Canary[] = [
  {
    rule: 'alone-bound',
    what: 'a part that loads a file too many',
    at: `${DOOR}:1`,
    plant: sync('11 files, 21 lines', chain(11)),
  },
  {
    rule: 'alone-bound',
    what: 'a part that loads too many lines',
    at: `${DOOR}:1`,
    plant: sync('1 files, 1481 lines', { [`${SRC}/lock.ts`]: long(1481) }),
  },
  {
    rule: 'alone-line',
    what: 'a README that says fewer files',
    at: `${README}:3`,
    plant: sync('9 files, 19 lines', chain(10)),
  },
  {
    rule: 'alone-line',
    what: 'a README that says fewer lines',
    at: `${README}:3`,
    plant: sync('1 files, 950 lines', { [`${SRC}/lock.ts`]: long(1000) }),
  },
  {
    rule: 'alone-line',
    what: 'a README that says nothing of it',
    at: `${README}:1`,
    plant: { ...sync('', chain(2)), [README]: '# sync\n' },
  },
]

/** A part of as many files as may be, some of which it knows by their types. */
export const WITHIN: Files = sync('10 files, 20 lines', {
  ...chain(10),
  [`${SRC}/lock9.ts`]: "import type { many } from './many.ts'\nexport type Lock = typeof many\n",
  [`${SRC}/many.ts`]: `${'// A line.\n'.repeat(2000)}export const many = 1\n`,
})
