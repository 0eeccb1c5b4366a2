import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { gzipSync } from 'node:zlib'
import { importsOf } from '../lib/imports.mjs'
import { builtEntries } from '../lib/workspaces.mjs'

/** The line of a README that states the size, such as `Size: 12.3 kB gzip`. */
const STATED = /^Size: (\d+(?:\.\d+)?) kB gzip\b/m
/** How far the stated size may be off, relative and, for the smallest packages, absolute. */
const TOLERANCE = 0.1
const TOLERANCE_BYTES = 100

/**
 * Gzipped size of the JavaScript that a program loads when it imports every entry of the package
 * installed at `folder`, as shipped and without dependencies.
 */
export function gzipBytes(folder, one) {
  const bins = Object.values(one.manifest.bin ?? {})
  const reached = new Set()
  const entries = [...builtEntries(one), ...bins].map((path) => posix.normalize(path))
  for (const entry of entries) reach(folder, entry, reached)
  const code = [...reached].sort().map((file) => readFileSync(join(folder, file)))
  return gzipSync(Buffer.concat(code), { level: 9 }).length
}

/** Why the README's statement does not hold, or undefined when it does. */
export function misstated(readme, bytes, isRequired) {
  const stated = STATED.exec(readme)?.[1]
  const measured = `Size: ${(bytes / 1000).toFixed(1)} kB gzip`
  if (stated === undefined) {
    return isRequired ? `the README states no size (expected a line "${measured}")` : undefined
  }
  const off = Math.abs(Number(stated) * 1000 - bytes)
  if (off <= Math.max(TOLERANCE * bytes, TOLERANCE_BYTES)) return undefined
  return `the README's size is more than 10 % off (expected "${measured}", found ${stated} kB)`
}

function reach(folder, file, reached) {
  if (reached.has(file)) return
  reached.add(file)
  for (const { specifier, kind } of importsOf(folder, file)) {
    if (kind !== 'static' || !specifier.startsWith('.')) continue
    reach(folder, posix.join(posix.dirname(file), specifier), reached)
  }
}
