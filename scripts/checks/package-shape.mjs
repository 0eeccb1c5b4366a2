import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesUnder } from '../lib/files.mjs'
import { workspaces } from '../lib/workspaces.mjs'

const CONDITIONS = '@smpnet/source, types, default'
const NO_BENCH = /^Bench: none, because \S+/m

export const packageShape = {
  name: 'package-shape',
  rules: ['package-field', 'package-file', 'package-bench'],
  run(root) {
    return workspaces(root).flatMap((one) => [
      ...missingFields(one),
      ...missingFiles(root, one),
      ...missingBench(root, one),
    ])
  },
}

/**
 * Fields that every manifest has, each with what it must say.
 *
 * @type {Record<string, [expected: string, holds: (value: any) => boolean]>}
 */
const FIELDS = {
  description: ['a sentence', (value) => typeof value === 'string' && value.length > 10],
  license: ['BSD-2-Clause', (value) => value === 'BSD-2-Clause'],
  type: ['module', (value) => value === 'module'],
  engines: ['node >=20.19', (value) => value?.node === '>=20.19'],
  files: ['dist and src', (value) => ['dist', 'src'].every((name) => value?.includes(name))],
}

/**
 * Fields of a package that others import; an app has `bin` in their place.
 *
 * @type {typeof FIELDS}
 */
const LIBRARY_FIELDS = {
  sideEffects: ['false, or the files that have some', (value) => value !== undefined],
  exports: [`each entry with ${CONDITIONS}`, hasConditions],
}

/** @type {typeof FIELDS} */
const APP_FIELDS = { bin: ['the command', (value) => Object.keys(value ?? {}).length > 0] }

/** Order matters: Node and compilers take the first condition that they know. */
function hasConditions(exported) {
  const entries = Object.entries(exported ?? {}).filter(([path]) => path !== './package.json')
  return (
    entries.some(([path]) => path === '.') &&
    entries.every(([, entry]) => Object.keys(entry ?? {}).join(', ') === CONDITIONS)
  )
}

function missingFields({ dir, isApp, manifest }) {
  const fields = { ...FIELDS, ...(isApp ? APP_FIELDS : LIBRARY_FIELDS) }
  return Object.entries(fields)
    .filter(([name, [, holds]]) => !holds(manifest[name]))
    .map(([name, [expected]]) => ({
      file: `${dir}/package.json`,
      line: 1,
      rule: 'package-field',
      message: `A manifest says its ${name}`,
      expected,
      found: JSON.stringify(manifest[name]) ?? 'nothing',
    }))
}

function missingFiles(root, { dir, isApp, manifest }) {
  const sources = Object.values(manifest.exports ?? {}).map((entry) => entry?.['@smpnet/source'])
  const index = isApp ? [] : ['src/index.ts']
  const exported = sources.filter(Boolean).map(withoutDot)
  const wanted = new Set(['README.md', 'LICENSE', ...index, ...exported])
  const missing = [...wanted].filter((file) => !existsSync(join(root, dir, file)))
  const hasTest = filesUnder(root, `${dir}/test`).some((file) => /\.(test|model)\.ts$/.test(file))
  return [...missing, ...(hasTest ? [] : ['test/*.test.ts'])].map((file) => ({
    file: `${dir}/${file}`,
    line: 1,
    rule: 'package-file',
    message: 'A package has what its users, and its licence, ask for',
    expected: file,
    found: 'no such file',
  }))
}

function missingBench(root, { dir }) {
  const readme = join(root, dir, 'README.md')
  const isExcused = existsSync(readme) && NO_BENCH.test(readFileSync(readme, 'utf8'))
  const hasBench = filesUnder(root, `${dir}/bench`).some((file) => file.endsWith('.bench.mjs'))
  if (hasBench || isExcused) return []
  const message = 'A package measures what it promises, or says why it does not'
  const expected = 'bench/*.bench.mjs, or a line "Bench: none, because …" in the README'
  const at = { file: `${dir}/README.md`, line: 1 }
  return [{ ...at, rule: 'package-bench', message, expected, found: 'none' }]
}

function withoutDot(path) {
  return path.replace(/^\.\//, '')
}
