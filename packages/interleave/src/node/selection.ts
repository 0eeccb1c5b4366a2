import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { packageOf } from './resolve.ts'

/** Files that are looked at to tell whether a package touches shared memory, and their sizes. */
const MAX_FILES = 2_000
const MAX_BYTES = 1_000_000

/**
 * Which files are compiled: those of the program, those of packages that are named, and those of
 * packages that touch shared memory by themselves, which without that could not be checked.
 */
export class Selection {
  readonly #touching = new Map<string, boolean>()

  constructor(
    /** Names of packages, or how they start. */
    readonly packages: readonly string[],
    /** The folder of the program's own package. */
    readonly home: string | undefined,
  ) {}

  includes(path: string): boolean {
    if (!/\.[cm]?[jt]sx?$/.test(path)) return false
    const owner = packageOf(path)
    if (owner === undefined || owner.folder === this.home) return true
    const name = owner.manifest.name ?? ''
    if (this.packages.some((one) => name === one || name.startsWith(one))) return true
    let answer = this.#touching.get(owner.folder)
    if (answer === undefined) {
      answer = touches(owner.folder)
      this.#touching.set(owner.folder, answer)
    }
    return answer
  }
}

/** Whether any of a package's scripts mentions shared memory. */
function touches(folder: string): boolean {
  let left = MAX_FILES
  const look = (at: string): boolean =>
    readdirSync(at, { withFileTypes: true }).some((entry) => {
      const path = join(at, entry.name)
      if (entry.isDirectory()) return entry.name !== 'node_modules' && look(path)
      if (!/\.[cm]?[jt]s$/.test(entry.name) || /\.d\.[cm]?ts$/.test(entry.name)) return false
      if (left-- <= 0 || statSync(path).size > MAX_BYTES) return false
      return /\bAtomics\s*[.[\]}),;?]/.test(readFileSync(path, 'utf8'))
    })
  return look(folder)
}
