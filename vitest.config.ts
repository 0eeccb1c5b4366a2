import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { interleave } from './packages/interleave/src/plugin/index.ts'

const TESTS = '{packages,apps}/*/test/**/*.{test,model}.ts'
/**
 * Files that have a process each. All others share processes, and with them the modules that they
 * import, whose loading took a third of the whole run: a test there leaves nothing behind, neither
 * a thread, nor a changed prototype, nor a listener of the process.
 */
const ALONE = [
  // Starts and ends many processes and threads, some of which fail as they should.
  'apps/*/test/**/*.test.ts',
  // Puts models in the place of what Node has.
  'packages/interleave/test/**/*.{test,model}.ts',
  // Is about what a process has that has made no memory yet.
  'packages/memory/test/one-kind.test.ts',
  // Is about what an event loop has learned of its waits.
  'packages/park/test/drivers.test.ts',
  'scripts/test/**/*.test.ts',
]

/**
 * Tests resolve sibling packages to their sources, so that a change is seen at once and so that
 * the model checker can compile them. It is done by aliases, not by an export condition on the
 * command line, because worker threads inherit the command line and cannot run TypeScript: what
 * runs in a worker is the built packages.
 */
export default defineConfig({
  plugins: [interleave()],
  resolve: { alias: sourceAliases() },
  test: {
    pool: 'forks',
    // One more than there are processors: tests of live machines sleep for much of their time.
    maxWorkers: availableParallelism() + 1,
    // For what hangs: no test that works takes a hundredth of it on a quiet machine, except for
    // models at their large size.
    testTimeout: process.env['SMPNET_MODELS'] === undefined ? 600_000 : 1_800_000,
    hookTimeout: 600_000,
    server: { deps: { inline: [/@smpnet\//] } },
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE } },
      {
        extends: true,
        test: {
          name: 'shared',
          isolate: false,
          include: [TESTS],
          exclude: ALONE,
          setupFiles: ['scripts/vitest/both-memories.ts'],
        },
      },
    ],
  },
})

interface Manifest {
  readonly name: string
  readonly exports?: Record<string, string | Record<string, string>>
}

/** `@smpnet/machine/live` → packages/machine/src/live/index.ts, for every entry of every package. */
export function sourceAliases(): { find: RegExp; replacement: string }[] {
  const packages = resolve(import.meta.dirname, 'packages')
  return readdirSync(packages).flatMap((folder) => {
    const manifest = resolve(packages, folder, 'package.json')
    if (!existsSync(manifest)) return []
    const { name, exports = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest
    return Object.entries(exports).flatMap(([entry, target]) => {
      const source = typeof target === 'object' ? target['@smpnet/source'] : undefined
      if (source === undefined) return []
      const find = new RegExp(`^${name}${entry.slice(1)}$`)
      return [{ find, replacement: resolve(packages, folder, source) }]
    })
  })
}
