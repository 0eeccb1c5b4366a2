import { access, constants, mkdir } from 'node:fs/promises'
import { UsageError } from '../options/usage-error.ts'

/** Makes sure of a folder before anything is measured for it. Throws a UsageError if it cannot. */
export async function openFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new UsageError(`expected --out to be a folder to write to, got "${folder}" (${why})`)
  }
}
