import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { filesUnder } from './files.mjs'
import { readStamp, writeStamp } from './stamp.mjs'
import { builtEntries, workspaces } from './workspaces.mjs'

const SHARED_INPUTS = ['package-lock.json', 'turbo.json', 'tsconfig.base.json', 'tsup.base.ts']
const OWN_INPUTS = ['package.json', 'tsconfig.json', 'tsup.config.ts']

/**
 * A digest over name, size and time of everything the build reads: a few milliseconds, where
 * turbo needs a second.
 */
export function sourceState(root) {
  const hash = createHash('sha256').update(process.versions.node)
  for (const file of inputs(root)) {
    const { size, mtimeMs } = statSync(join(root, file))
    hash.update(`${file}\0${size}\0${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

/**
 * Whether the last build was made from this state and what it made is still there: with
 * `declarations`, those too, which a build that does not make them removes.
 */
export function isBuilt(root, state, { declarations = false } = {}) {
  if (readStamp(root, 'built') !== state) return false
  const made = declarations ? ['default', 'types'] : ['default']
  return workspaces(root).every((one) => isPresent(root, one, made))
}

export function markBuilt(root, state) {
  writeStamp(root, 'built', state)
}

function isPresent(root, one, made) {
  const entries = one.isApp ? ['./dist'] : made.flatMap((kind) => builtEntries(one, kind))
  return entries.every((path) => existsSync(join(root, one.dir, path)))
}

function inputs(root) {
  const own = workspaces(root).flatMap(({ dir }) => [
    ...OWN_INPUTS.map((file) => `${dir}/${file}`),
    ...filesUnder(root, `${dir}/src`),
  ])
  return [...SHARED_INPUTS, ...own].filter((file) => existsSync(join(root, file)))
}
