import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

export default defineConfig(
  library({
    index: 'src/index.ts',
    dispatcher: 'src/dispatcher/index.ts',
    'dispatcher-boot': 'src/dispatcher/dispatcher-boot.ts',
  }),
)
