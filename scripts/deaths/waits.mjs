/** How long a thread may take to do what it must, on a busy host too. */
export const PATIENCE_MS = 30_000

/** With that planted fault threads do stand still, and few milliseconds are enough to see it. */
export const patienceWith = (fault) => (fault === 'nobody buries' ? 1_500 : PATIENCE_MS)

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Of a longer pause so much counts: then this process was stopped, and all its threads with it. */
const MOST_PAUSE_MS = 50

/** Resolves when `isSo` says yes, or after `ms` in which this process ran: true if it did. */
export async function until(isSo, ms) {
  let seen = performance.now()
  for (let left = ms; !isSo(); ) {
    if (left <= 0) return false
    await sleep(1)
    const now = performance.now()
    left -= Math.min(now - seen, MOST_PAUSE_MS)
    seen = now
  }
  return true
}

/** An error in one line, and whether it is of that name. */
export const inShort = (error) => `${error.name}: ${error.message}`
export const isNamed = (error, name) => error.name === name

/** Whether a peer was told that the other end is gone. */
export const isGone = (error) => error.name === 'BrokenPipe' || error.name === 'ConnectionReset'

/** What a promise comes to, or `other` if that takes longer. */
export async function within(promise, ms, other) {
  let isOver = false
  const over = () => (isOver = true)
  promise.then(over, over)
  return (await until(() => isOver, ms)) ? promise : other
}

/** Resolves to whether the worker says its first word, or ends, in time. */
export function isUp(worker, ms = PATIENCE_MS) {
  const spoke = new Promise((resolve) => worker.once('message', resolve))
  return within(
    Promise.race([spoke, ended(worker)]).then(() => true),
    ms,
    false,
  )
}

/** Resolves when the worker has come to its end, also if that was before. */
export function ended(worker) {
  if (worker.threadId === -1) return Promise.resolve()
  return new Promise((resolve) => worker.once('exit', resolve))
}
