import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importsOf } from '../lib/imports.mjs'
import { isDoor, resolved } from '../lib/rooms.mjs'
import { workspaces } from '../lib/workspaces.mjs'

/**
 * How much of its package an entry may load that is there for what one part needs alone: files,
 * and their lines with comments. Types load nothing, and a door of re-exports is not counted.
 */
const BOUNDS = { '@smpnet/sync/mutex': { files: 10, lines: 1_480 } }

/** By how much a README may be wrong about the lines, which change with each sentence. */
const SLACK = 0.02

/**
 * A part that is taken alone should bring few others along, and nothing tells when it begins to
 * bring more: what is imported for one name loads all that this file imports. The README states
 * what an entry loads in a line such as "Alone: `@smpnet/sync/mutex` loads 9 files, 1234 lines".
 */
export const loadsAlone = {
  name: 'loads-alone',
  rules: ['alone-bound', 'alone-line'],
  run(root) {
    return workspaces(root).flatMap(({ dir, name, manifest }) =>
      Object.entries(manifest.exports ?? {})
        .filter(([entry]) => `${name}${entry.slice(1)}` in BOUNDS)
        .flatMap(([entry, { '@smpnet/source': source }]) =>
          judged(root, dir, `${name}${entry.slice(1)}`, join(dir, source)),
        ),
    )
  },
}

function judged(root, dir, entry, source) {
  const files = loadedBy(root, source)
  const lines = files.reduce((sum, file) => sum + linesOf(root, file), 0)
  const bound = BOUNDS[entry]
  const found = `${files.length} files, ${lines} lines`
  const beyond = files.length > bound.files || lines > bound.lines
  return [
    ...(beyond ? [tooMuch(entry, source, bound, `${found}: ${files.join(', ')}`)] : []),
    ...wrongLine(root, dir, entry, files.length, lines),
  ]
}

function tooMuch(entry, source, bound, found) {
  return {
    file: source,
    line: 1,
    rule: 'alone-bound',
    message: `${entry} loads more of its package than it is to`,
    expected: `at most ${bound.files} files, ${bound.lines} lines`,
    found,
  }
}

function wrongLine(root, dir, entry, files, lines) {
  const file = `${dir}/README.md`
  const text = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : ''
  const rows = text.split('\n')
  const at = rows.findIndex((row) => row.startsWith(`Alone: \`${entry}\` loads `))
  const [, ofFiles, ofLines] = rows[at]?.match(/loads (\d+) files, (\d+) lines/) ?? []
  const isNear = Math.abs(Number(ofLines) - lines) <= lines * SLACK
  if (Number(ofFiles) === files && isNear) return []
  return [
    {
      file,
      line: Math.max(at, 0) + 1,
      rule: 'alone-line',
      message: `What ${entry} loads is stated in the README`,
      expected: `Alone: \`${entry}\` loads ${files} files, ${lines} lines`,
      found: rows[at] ?? 'no such line',
    },
  ]
}

/** The files of its package that a file loads, and itself, but for doors. */
function loadedBy(root, source) {
  const seen = new Set([source])
  for (const file of seen) {
    for (const { specifier, kind } of importsOf(root, file)) {
      const target = kind === 'type' ? undefined : resolved(root, file, specifier)
      if (target !== undefined) seen.add(target)
    }
  }
  return [...seen].filter((file) => !isDoor(root, file))
}

function linesOf(root, file) {
  return readFileSync(join(root, file), 'utf8').split('\n').length - 1
}
