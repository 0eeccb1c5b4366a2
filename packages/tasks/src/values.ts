/**
 * Plain values as bytes, for packages that carry them between threads: what a task's arguments and
 * results are written by and read by.
 */
export { CannotSend } from './errors.ts'
export { ValueReader } from './value-reader.ts'
export { ValueWriter } from './value-writer.ts'
