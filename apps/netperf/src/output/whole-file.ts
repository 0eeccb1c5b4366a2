import { closeSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { UsageError } from '../options/usage-error.ts'

/**
 * Files are written beside their place and renamed when they are whole: a reader finds the old one
 * or the new one, also where the disk is full or the program was ended meanwhile.
 */

/** A file's content by its name. */
export type Files = ReadonlyMap<string, string | Uint8Array>

/** A path at which the file of `flag` can be written, tried before anything is measured. */
export function fileFor(flag: string, path: string): string {
  if (path === '') throw refused(flag, path, 'no name')
  const file = resolve(path)
  const kind = statSync(file, { throwIfNoEntry: false })
  if (kind?.isDirectory()) throw refused(flag, path, 'a folder')
  if (kind !== undefined && !kind.isFile()) return path
  try {
    if (!statSync(dirname(file)).isDirectory()) throw refused(flag, path, 'what is in no folder')
    tryFolder(dirname(file))
    return path
  } catch (error) {
    throw error instanceof UsageError ? error : refused(flag, path, reasonOf(error))
  }
}

/** Writes the file of `flag`, or leaves what was there. Throws a UsageError. */
export function writeWhole(flag: string, path: string, content: string | Uint8Array): void {
  const file = resolve(path)
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === false) writeFileSync(file, content)
    else writeTogether(dirname(file), new Map([[basename(file), content]]))
  } catch (error) {
    throw refused(flag, path, reasonOf(error))
  }
}

/** Writes several files of a folder: all of them, or none. Throws what the system says. */
export function writeTogether(folder: string, files: Files): void {
  const written: [beside: string, place: string][] = []
  try {
    for (const [name, content] of files) {
      const place = join(folder, name)
      const beside = besideOf(place)
      written.push([beside, place])
      writeFileSync(beside, content)
    }
    for (const [beside, place] of written) renameSync(beside, place)
  } catch (error) {
    for (const [beside] of written) rmSync(beside, { force: true })
    throw error
  }
}

/** Makes an empty file in a folder and removes it. Throws what the system says. */
export function tryFolder(folder: string): void {
  const trial = besideOf(join(folder, 'netperf'))
  closeSync(openSync(trial, 'wx'))
  rmSync(trial)
}

function besideOf(place: string): string {
  return `${place}.${process.pid}.part`
}

function refused(flag: string, path: string, came: string): UsageError {
  return new UsageError(
    `expected ${flag} to be a file that can be written, got ${came}: "${path}"`,
  )
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'a folder that does not exist',
  ENOSPC: 'a disk that is full (ENOSPC)',
}

/** What was found in words, or the system's word for it. */
export function reasonOf(error: unknown): string {
  const { code = 'an error' } = error as NodeJS.ErrnoException
  return REASONS[code] ?? code
}
