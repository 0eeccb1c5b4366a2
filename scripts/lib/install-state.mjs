import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from './workspaces.mjs'

/**
 * Why node_modules does not hold what the lock file says, in a few words, or undefined when it
 * does. npm leaves a copy of what it installed in node_modules; file times say nothing, because a
 * checkout gives the lock file a new one.
 */
export function whyInstall(root) {
  const installedLock = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(installedLock)) return 'nothing is installed yet'
  const wanted = readJson(join(root, 'package-lock.json')).packages
  const installed = readJson(installedLock).packages
  const paths = Object.keys(wanted)
  const wrong = paths.find((path) => !agrees(root, path, wanted[path], installed[path]))
  return wrong === undefined ? undefined : `${wrong} has changed`
}

function agrees(root, path, wanted, installed) {
  if (!path.includes('node_modules/')) return true // the root and the workspaces themselves
  // Binaries for other platforms are in the lock file and never in node_modules.
  if (!installed) return wanted.optional === true || wanted.devOptional === true
  const isSame = installed.version === wanted.version && installed.integrity === wanted.integrity
  return isSame && existsSync(join(root, path))
}
