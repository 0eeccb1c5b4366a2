import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { interleave } from './packages/interleave/src/plugin/index.ts'

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
    include: ['{packages,apps}/*/test/**/*.{test,model}.ts', 'scripts/test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: availableParallelism(),
    // For what hangs: no test that works takes a hundredth of it on a quiet machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    server: { deps: { inline: [/@smpnet\//] } },
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
