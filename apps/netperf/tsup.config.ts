import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

export default defineConfig(library({ cli: 'src/cli.ts' }, { platform: 'node', dts: false }))
