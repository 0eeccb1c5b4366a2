import { startLive } from '@smpnet/machine/live'

type Options = Pick<Parameters<typeof startLive>[0], 'cpus' | 'boot' | 'setup'>

/** What a CPU of a live machine reports first; the machine is stopped then, or has failed. */
export async function firstReport<T>(options: Options): Promise<T> {
  let said!: (report: T) => void
  const done = new Promise<T>((resolve) => (said = resolve))
  const machine = await startLive({ ...options, onReport: (_cpu, value) => said(value as T) })
  try {
    return await Promise.race([done, machine.stopped.then(() => Promise.reject('stopped'))])
  } finally {
    await machine.stop()
  }
}
