/**
 * Plain values as bytes, for packages that carry them between threads: what a task's arguments and
 * results are written by and read by; what else such packages ask of a user's functions; and a
 * queue for what waits to be sent.
 */
export { CannotSend } from './errors.ts'
export { Fifo } from './fifo.ts'
export { isPromise } from './is-promise.ts'
export { bootUrl, moduleUrl } from './module-urls.ts'
export { ValueReader } from './value-reader.ts'
export { ValueWriter } from './value-writer.ts'
