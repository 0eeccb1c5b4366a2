import type { Canary } from './canary.ts'
import type { Files } from './planted-tree.ts'

/** What each file of `packages/memory/src` imports; no file imports one that imports it. */
type House = Record<string, readonly string[]>

/** Circles of folders in which no file is in a circle, so that the linter has nothing to say. */
export const CIRCLES: readonly Canary[] = [
  circle('two folders', 'b/three.ts:1', {
    'a/one.ts': ['../b/two.ts', '../b/three.ts'],
    'b/three.ts': ['../a/four.ts'],
  }),
  circle('three folders', 'a/one.ts:1', {
    'a/one.ts': ['../b/two.ts'],
    'b/three.ts': ['../c/four.ts', '../c/five.ts'],
    'c/six.ts': ['../a/seven.ts', '../a/eight.ts'],
  }),
  circle('the root and a folder', 'a/two.ts:1', {
    'one.ts': ['./a/three.ts', './a/four.ts'],
    'a/two.ts': ['../five.ts'],
  }),
  circle('a folder and one inside it', 'a/b/three.ts:1', {
    'a/one.ts': ['./b/two.ts', './b/three.ts'],
    'a/b/three.ts': ['../four.ts'],
  }),
  circle('a folder and what is behind its door', 'a/one.ts:1', {
    'a/one.ts': ['../index.ts'],
    'b/three.ts': ['../a/four.ts', '../a/five.ts'],
  }),
  circle('an index that does more than to re-export', 'a/index.ts:2', {
    'a/index.ts': ['const a = 1', '../b/two.ts'],
    'b/three.ts': ['../a/four.ts', '../a/five.ts'],
  }),
  circle('a folder and its worker', 'b/three.ts:1', {
    'a/one.ts': ['../b/two.ts', '../b/three.ts'],
    'b/three.ts': ['new URL("../a/four.js", import.meta.url)'],
  }),
]

/** Circles that a reader does not walk. */
export const NO_CIRCLES: readonly { what: string; plant: Files }[] = [
  {
    what: 'a door that names what lies above its folder',
    plant: {
      ...house({ 'b/three.ts': ['../a/four.ts'] }),
      'packages/memory/src/a/index.ts': "export * from '../b/three.ts'\n",
    },
  },
  {
    what: 'folders of one name in two packages',
    plant: {
      ...house({ 'a/one.ts': ['../b/two.ts'] }),
      'packages/sync/src/a/one.ts': 'export const one = 1\n',
      'packages/sync/src/b/two.ts': "import '../a/one.ts'\n",
    },
  },
]

function circle(what: string, at: string, files: House): Canary {
  const plant = { ...house(files), ...door() }
  return { rule: 'folder-cycle', what, at: `packages/memory/src/${at}`, plant }
}

/** Files with these lines, a type import each, and an empty file for each that is named only. */
function house(files: House): Files {
  const named = ['four', 'five', 'seven', 'eight'].flatMap((name) => [
    `${name}.ts`,
    `a/${name}.ts`,
  ])
  const empty = [...named, 'a/three.ts', 'b/two.ts', 'c/four.ts', 'c/five.ts']
  const plain = Object.fromEntries(empty.map((file) => [file, ['const one = 1']]))
  return Object.fromEntries(
    Object.entries({ ...plain, 'a/b/two.ts': plain['b/two.ts'], ...files }).map(
      ([file, lines]) => [`packages/memory/src/${file}`, (lines ?? []).map(written).join('')],
    ),
  )
}

function written(line: string): string {
  return line.startsWith('.') ? `import type {} from '${line}'\n` : `${line}\n`
}

function door(): Files {
  return { 'packages/memory/src/index.ts': "export * from './b/two.ts'\n" }
}
