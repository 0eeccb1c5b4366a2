import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

export default defineConfig(
  library({
    index: 'src/index.ts',
    values: 'src/values.ts',
    'task-boot': 'src/task-boot.ts',
  }),
)
