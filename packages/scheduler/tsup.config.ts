import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

const entries = {
  index: 'src/index.ts',
  tasks: 'src/tasks/index.ts',
  'task-boot': 'src/tasks/task-boot.ts',
}

export default defineConfig(library(entries))
