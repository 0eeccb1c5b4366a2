/**
 * Runs a test file in a worker of the page, and tells Vitest, on the page, of each of its tests as
 * if it had run there. In a worker a test may block.
 */
// oxlint-disable vitest/valid-title, vitest/expect-expect, vitest/no-conditional-tests
import { describe, it } from 'vitest'
import { Worker } from './node-worker-threads.ts'
import type { Told } from './told.ts'

/** Declares all tests of `file`, which have run in a worker by then. */
export async function runInWorker(file: string): Promise<void> {
  const tests = await told(file)
  for (const test of tests) declare(test)
}

function told(file: string): Promise<Told[]> {
  const worker = new Worker(new URL('./test-file.ts', import.meta.url), { workerData: file })
  return new Promise((resolve, reject) => {
    worker.once('message', (tests) => resolve(tests as Told[]))
    worker.once('error', reject)
  })
}

function declare({ name, tests, note, error }: Told): void {
  if (tests !== undefined) {
    describe(name, () => {
      for (const test of tests) declare(test)
    })
    return
  }
  it(name, (context) => {
    if (note !== undefined) context.skip(note)
    if (error === undefined) return
    throw Object.assign(new Error(error.message), { stack: error.stack })
  })
}
