import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'
import { codeUnder } from './files.mjs'
import { importsOf } from './imports.mjs'
import { parse } from './syntax.mjs'

/**
 * The rooms of a `src`, and which room imports which.
 *
 * A room is a folder with the files that lie directly in it: `src` itself is one, and a folder
 * inside a folder is one of its own, because a reader who opens it expects to need what it names
 * and not the rest of its parent. Every kind of import is an arrow, types too.
 *
 * An `index.ts` that only re-exports is a door and in no room: what it names is a promise to
 * users, not a need of its folder. To import a door is to import every room behind it.
 */

/**
 * An arrow between two rooms: the imports that make it, in order of file and line.
 *
 * @typedef {{ file: string, line: number }} Import
 * @typedef {Map<string, Map<string, Import[]>>} Rooms arrows from a room, by the name of the other
 */

/** @returns {Rooms} */
export function roomsOf(root, src) {
  const rooms = new Map()
  for (const file of codeUnder(root, src).filter((path) => !isDoor(root, path))) {
    const from = roomOf(src, file)
    for (const { specifier, line } of importsOf(root, file)) {
      for (const to of behind(root, src, file, specifier)) {
        if (to !== from) arrow(rooms, from, to).push({ file, line })
      }
    }
  }
  return rooms
}

function arrow(rooms, from, to) {
  const arrows = entry(rooms, from, () => new Map())
  return entry(arrows, to, () => [])
}

function entry(map, key, make) {
  if (!map.has(key)) map.set(key, make())
  return map.get(key)
}

/** The folder of a file, seen from src; src itself is `.`. */
function roomOf(src, file) {
  return posix.dirname(posix.relative(src, file))
}

/** The rooms that a specifier leads to: none outside of src, several through a door. */
function behind(root, src, file, specifier, passed = new Set()) {
  const target = resolved(root, file, specifier)
  if (!target?.startsWith(`${src}/`) || passed.has(target)) return []
  if (!isDoor(root, target)) return [roomOf(src, target)]
  passed.add(target)
  const rooms = importsOf(root, target).flatMap((one) =>
    behind(root, src, target, one.specifier, passed),
  )
  return [...new Set(rooms)]
}

/** The file that a relative specifier names; a worker's URL names the `.js` of a later build. */
export function resolved(root, file, specifier) {
  if (!specifier.startsWith('.')) return undefined
  const path = posix.join(posix.dirname(file), specifier)
  return [path, path.replace(/\.js$/, '.ts')].find((one) => existsSync(join(root, one)))
}

export function isDoor(root, file) {
  if (!/(^|\/)index\.[a-z]+$/.test(file)) return false
  const { statements } = parse(root, file)
  const isReExport = (one) => ts.isExportDeclaration(one) && one.moduleSpecifier !== undefined
  return statements.length > 0 && statements.every(isReExport)
}
