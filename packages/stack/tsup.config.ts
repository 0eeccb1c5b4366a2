import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

const entries = {
  index: 'src/index.ts',
  sim: 'src/sim/index.ts',
  live: 'src/live/index.ts',
}

export default defineConfig(library(entries, { external: [/^node:/] }))
