import { fileFor, writeWhole } from '../output/whole-file.ts'

const FLAG = '--capture'

/** A path at which a file can be written. Throws a UsageError, before anything is measured. */
export function captureFile(path: string): string {
  return fileFor(FLAG, path)
}

/** Puts a file in its place when it is whole. Throws a UsageError. */
export function writeCapture(path: string, bytes: Uint8Array): void {
  writeWhole(FLAG, path, bytes)
}
