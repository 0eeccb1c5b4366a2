import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

const entries = {
  index: 'src/index.ts',
  locks: 'src/locks/index.ts',
  models: 'src/models/index.ts',
  mutants: 'src/mutants/index.ts',
  thread: 'src/team/thread.ts',
}

export default defineConfig(library(entries, { platform: 'node' }))
