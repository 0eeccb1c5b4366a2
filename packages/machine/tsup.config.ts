import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

const entries = {
  index: 'src/index.ts',
  live: 'src/live/index.ts',
  'live-worker': 'src/live/worker.ts',
  sim: 'src/sim/index.ts',
}

export default defineConfig(library(entries, { external: [/^node:/] }))
