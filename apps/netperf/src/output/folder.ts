import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { UsageError } from '../options/usage-error.ts'
import { reasonOf, tryFolder } from './whole-file.ts'

/** Makes sure of a folder before anything is measured for it. Throws a UsageError if it cannot. */
export function openFolder(folder: string): void {
  try {
    make(resolve(folder))
    tryFolder(folder)
  } catch (error) {
    const why = reasonOf(error)
    throw new UsageError(`expected --out to be a folder to write to, got "${folder}" (${why})`)
  }
}

/** One after the other: where no folder can be made, as in /proc, Node's own way never returns. */
function make(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return
  if (dirname(folder) !== folder) make(dirname(folder))
  mkdirSync(folder)
}
