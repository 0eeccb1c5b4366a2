import { BenchError } from '@smpnet/testing'
import type { Job } from '../model/job.ts'

/** What a message of a machine says, and what of the command line mends it. */
const CURES: readonly [of: RegExp, cure: (job: Job) => string | undefined][] = [
  [
    /of the memory's \d+ bytes/,
    ({ memoryBytes }) =>
      memoryBytes === undefined ? undefined : 'without --memory a kernel has what it needs',
  ],
  [
    /expected reports of \d+ clients/,
    ({ workload }) =>
      'buffer' in workload.options
        ? 'a larger --buffer or a smaller --size lets them end'
        : undefined,
  ],
]

/** The same mistake in one line, with what mends it where that is known. */
export function withCure(job: Job, error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const [line = ''] = error.message.split('\n')
  for (const [of, cure] of CURES) {
    const found = of.test(line) ? cure(job) : undefined
    if (found !== undefined) return new BenchError(`${line}; ${found}`, error.stack)
  }
  return error
}
