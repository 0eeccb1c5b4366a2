import { defineConfig } from 'vitest/config'

/** A run with planted failures, hangs and skips, of which the reporter has to tell. */
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ['*.planted.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 60_000,
  },
})
