import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const LOCK = 'package-lock.json'
const SETTING = 'omit-lockfile-registry-resolved=true'

/** The lock file must install on every platform, from whichever registry the reader uses. */
export const lockFile = {
  name: 'lock-file',
  rules: ['lock-address', 'lock-hole'],
  run(root) {
    if (!existsSync(join(root, LOCK))) return []
    const text = readFileSync(join(root, LOCK), 'utf8')
    const { packages } = JSON.parse(text)
    const lines = text.split('\n')
    return [...setting(root), ...addresses(lines), ...holes(packages, lines)]
  },
}

function setting(root) {
  const path = join(root, '.npmrc')
  if (existsSync(path) && readFileSync(path, 'utf8').split('\n').includes(SETTING)) return []
  const message = 'npm leaves addresses out of the lock file'
  const at = { file: '.npmrc', line: 1 }
  return [{ ...at, rule: 'lock-address', message, expected: SETTING, found: 'none' }]
}

/** Workspaces are `resolved` to their folders; only an address has a scheme. */
function addresses(lines) {
  return lines.flatMap((text, index) => {
    const found = /"resolved": "([a-z+]+:[^"]*)"/.exec(text)?.[1]
    if (!found) return []
    const message = 'The lock file names no registry'
    return [{ ...inLock(index + 1), rule: 'lock-address', message, expected: 'no address', found }]
  })
}

/**
 * A dependency that the lock file names and does not hold. `npm install` passes with such a hole
 * where the package is for another platform; `npm ci` fails, here or there.
 */
function holes(packages, lines) {
  return Object.entries(packages).flatMap(([path, entry]) => {
    const { dependencies, devDependencies, optionalDependencies } = entry
    const named = { ...dependencies, ...devDependencies, ...optionalDependencies }
    const missing = Object.keys(named).filter((name) => !isHeld(packages, path, name))
    return missing.map((found) => ({
      ...inLock(lines.findIndex((line) => line.includes(`"${path}": {`)) + 1),
      rule: 'lock-hole',
      message: `The lock file holds all that ${path || 'the workspace'} depends on`,
      expected: 'an entry',
      found: `none for ${found}`,
    }))
  })
}

function isHeld(packages, path, name) {
  return foldersAbove(path).some((folder) => packages[`${folder}node_modules/${name}`])
}

/** The folders in which Node looks for a dependency of `path`: its own, then each one above. */
function foldersAbove(path) {
  if (path === '') return ['']
  const above = path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/')))
  return [`${path}/`, ...foldersAbove(above)]
}

function inLock(line) {
  return { file: LOCK, line }
}
