import threads from './installed/sync-threads.mjs'

void threads.runAsWorker(async ({ x }) => x * 2)
