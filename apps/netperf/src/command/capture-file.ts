import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { UsageError } from '../options/usage-error.ts'

/** A path at which a file can be written. Throws a UsageError, before anything is measured. */
export function captureFile(path: string): string {
  if (path === '') throw refused(path, 'no name')
  const file = resolve(path)
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw refused(path, 'a folder')
  try {
    if (!statSync(dirname(file)).isDirectory()) throw refused(path, 'what is in no folder')
    accessSync(dirname(file), constants.W_OK)
    return path
  } catch (error) {
    throw error instanceof UsageError ? error : refused(path, reasonOf(error))
  }
}

/**
 * Writes a file beside its place and puts it there when it is whole, so that nobody finds half of
 * one. Throws a UsageError.
 */
export function writeCapture(path: string, bytes: Uint8Array): void {
  const beside = `${resolve(path)}.${process.pid}.part`
  try {
    writeFileSync(beside, bytes)
    renameSync(beside, resolve(path))
  } catch (error) {
    rmSync(beside, { force: true })
    throw refused(path, reasonOf(error))
  }
}

function refused(path: string, came: string): UsageError {
  return new UsageError(
    `expected --capture to be a file that can be written, got ${came}: "${path}"`,
  )
}

/** `no such folder` of a folder that is missing, or the system's word for it. */
function reasonOf(error: unknown): string {
  const { code = 'an error' } = error as NodeJS.ErrnoException
  return code === 'ENOENT' ? 'a folder that does not exist' : code
}
