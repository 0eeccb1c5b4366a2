import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What a step of setup was last done for. Kept in node_modules, so that it goes with them. */
export function readStamp(root, step) {
  const path = pathOf(root, step)
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

export function writeStamp(root, step, text) {
  mkdirSync(dirname(pathOf(root, step)), { recursive: true })
  writeFileSync(pathOf(root, step), text)
}

function pathOf(root, step) {
  return join(root, 'node_modules/.cache/smpnet', step)
}
