import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Every package and app of the tree at `root`. This file must load before anything is installed,
 * because setup needs it: Node modules only.
 */
export function workspaces(root) {
  return ['packages', 'apps'].flatMap((group) =>
    folders(join(root, group))
      .map((folder) => `${group}/${folder}`)
      .filter((dir) => existsSync(join(root, dir, 'package.json')))
      .map((dir) => ({ dir, isApp: group === 'apps', ...named(root, dir) })),
  )
}

/**
 * Paths from exports that the build must have made, relative to the workspace: what is loaded, or
 * with `types` its declarations.
 */
export function builtEntries({ manifest }, kind = 'default') {
  const exported = Object.values(manifest.exports ?? {}).map((entry) => entry?.[kind])
  return exported.filter((path) => path?.startsWith('./dist/'))
}

function named(root, dir) {
  const manifest = readJson(join(root, dir, 'package.json'))
  return { manifest, name: manifest.name, short: dir.split('/')[1] }
}

function folders(dir) {
  if (!existsSync(dir)) return []
  const entries = readdirSync(dir, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}
