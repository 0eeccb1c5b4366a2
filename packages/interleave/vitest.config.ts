import { resolve } from 'node:path'
import { mergeConfig } from 'vitest/config'
import base from '../../vitest.config.ts'
import { interleave } from './src/plugin/index.ts'

/** The workspace's configuration with the plugin: what model checks anywhere in it run with. */
export default mergeConfig(base, {
  root: resolve(import.meta.dirname, '../..'),
  plugins: [interleave()],
})
