/** The exit statuses that a shell gives programs which these signals ended. */
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const

type Signal = keyof typeof STATUS

/**
 * Runs work until it ends or a signal comes. The promise settles when the work, which at a signal
 * prints what there is by then, has ended. A second Ctrl-C ends the program at once.
 */
export async function untilSignal(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController()
  let status: number | undefined
  const onSignal = (signal: Signal) => {
    if (status !== undefined) process.exit(status)
    status = STATUS[signal]
    abort.abort()
  }
  const signals = Object.keys(STATUS) as Signal[]
  for (const signal of signals) process.on(signal, onSignal)
  try {
    await work(abort.signal)
    if (status !== undefined) process.exit(status)
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
  }
}
