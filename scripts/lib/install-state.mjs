import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readStamp, writeStamp } from './stamp.mjs'
import { readJson } from './workspaces.mjs'

const WANTED = 'package-lock.json'
/** npm leaves a copy of what it installed; file times say nothing, as a checkout renews them. */
const INSTALLED = 'node_modules/.package-lock.json'

/** Why node_modules does not hold what the lock file says, in a few words; undefined if it does. */
export function whyInstall(root) {
  if (!existsSync(join(root, INSTALLED))) return 'nothing is installed yet'
  const wanted = readJson(join(root, WANTED)).packages
  const installed = readJson(join(root, INSTALLED)).packages
  const isOurs = readStamp(root, 'installed') === digest(root)
  const paths = Object.keys(wanted).filter((path) => installed[path] || !isOurs)
  const wrong = paths.find((path) => !agrees(root, path, wanted[path], installed[path]))
  return wrong === undefined ? undefined : `${wrong} has changed`
}

/**
 * Remembers that npm has made this of that. npm leaves out what a lock file holds and no manifest
 * asks for, which would otherwise look missing for ever.
 */
export function markInstalled(root) {
  writeStamp(root, 'installed', digest(root))
}

function agrees(root, path, wanted, installed) {
  if (!path.includes('node_modules/')) return true // the root and the workspaces themselves
  // Binaries for other platforms are in the lock file and never in node_modules.
  if (!installed) return wanted.optional === true || wanted.devOptional === true
  const isSame = installed.version === wanted.version && installed.integrity === wanted.integrity
  return isSame && existsSync(join(root, path))
}

function digest(root) {
  const hash = createHash('sha256')
  for (const file of [WANTED, INSTALLED]) hash.update(readFileSync(join(root, file)))
  return hash.digest('hex')
}
