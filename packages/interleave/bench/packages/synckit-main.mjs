import { fileURLToPath } from 'node:url'
import { createSyncFn } from './installed/synckit.mjs'

const double = createSyncFn(fileURLToPath(new URL('./synckit-worker.mjs', import.meta.url)))
if (double(21) !== 42) throw new Error('expected 42')
