import { runAsWorker } from './installed/synckit.mjs'

runAsWorker(async (x) => x * 2)
