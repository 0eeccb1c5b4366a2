import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

const entries = {
  index: 'src/index.ts',
  runtime: 'src/runtime/index.ts',
  node: 'src/node/index.ts',
  cli: 'src/node/cli.ts',
  vite: 'src/plugin/index.ts',
  vitest: 'src/vitest/index.ts',
}

export default defineConfig(library(entries, { external: [/^node:/, 'vitest'] }))
