import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const GENERATED = new Set(['node_modules', 'dist', 'coverage'])
const CODE = /\.(ts|mts|mjs|js)$/

/** Every file under `dir`, as sorted paths from `root`; generated and dot folders left out. */
export function filesUnder(root, dir) {
  if (!existsSync(join(root, dir))) return []
  return readdirSync(join(root, dir), { withFileTypes: true })
    .flatMap((entry) => visit(root, dir === '' ? entry.name : `${dir}/${entry.name}`, entry))
    .sort()
}

/** The files under `dir` that hold code. */
export function codeUnder(root, dir) {
  return filesUnder(root, dir).filter((file) => CODE.test(file))
}

function visit(root, path, entry) {
  if (!entry.isDirectory()) return [path]
  const skipped = GENERATED.has(entry.name) || entry.name.startsWith('.')
  return skipped ? [] : filesUnder(root, path)
}
