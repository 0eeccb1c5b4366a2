import { defineConfig } from 'vitest/config'

/**
 * Tests resolve sibling packages to their sources, so that a change is seen at once and so that
 * the model checker can compile them; workers started by tests run the built packages.
 */
export default defineConfig({
  resolve: { conditions: ['@smpnet/source'] },
  ssr: { resolve: { conditions: ['@smpnet/source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: ['{packages,apps}/*/test/**/*.{test,model}.ts', 'scripts/test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { inline: [/@smpnet\//] } },
  },
})
