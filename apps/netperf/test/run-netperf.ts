import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import type { Row } from '../src/model/row.ts'

export const bin = fileURLToPath(new URL('../bin/netperf.js', import.meta.url))

/** How a run of the command ended. */
export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Without colours, which a host that calls itself CI would have. */
const env = { ...process.env, NO_COLOR: '1' }
let warm: Promise<ChildProcess> | undefined
let last: Promise<unknown> = Promise.resolve()

/**
 * Runs the built command in a process that the tests of one file share, one command line after the
 * other: to start a process takes longer than most of what is asked of it.
 */
export function netperf(args: readonly string[]): Promise<Ended> {
  const ended = last.then(async () => {
    warm ??= begun()
    return answerOf(await warm, args)
  })
  last = ended.catch(() => {})
  return ended
}

async function begun(): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./warm-netperf.mjs', import.meta.url))
  const child = fork(script, { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'], execArgv: [] })
  await once(child, 'message')
  return child
}

function answerOf(child: ChildProcess, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const onExit = (status: number | null) => {
      reject(new Error(`netperf ${args.join(' ')} ended its process with status ${status}`))
    }
    child.once('exit', onExit)
    child.once('message', (ended: Ended) => {
      child.off('exit', onExit)
      resolve(ended)
    })
    child.send([...args])
  })
}

afterAll(async () => {
  const child = await warm
  child?.disconnect()
})

/** Runs the built command in a process of its own, as a user does; `begun` may send a signal. */
export function netperfProcess(args: readonly string[], begun?: (child: ChildProcess) => void) {
  return new Promise<Ended>((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { env })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (text) => (stdout += text))
    child.stderr.on('data', (text) => (stderr += text))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stdout, stderr }))
    begun?.(child)
  })
}

/** The rows of a `--json` document, which has to be all there is. */
export function rowsOf({ stdout }: Ended): Row[] {
  const document = JSON.parse(stdout) as { rows: Row[] }
  return document.rows
}

/**
 * Runs the command and interrupts it when it has measured something. How long that takes is the
 * host's affair, so each time that it was too early is twice as long as the one before.
 */
export async function interrupted(
  args: readonly string[],
  hasMeasured = (ended: Ended) => rowsOf(ended).length > 0,
): Promise<Ended> {
  for (let afterMs = 1_500; ; afterMs *= 2) {
    const ended = await netperfProcess(args, (child) => {
      setTimeout(() => child.kill('SIGINT'), afterMs)
    })
    // A signal that comes before the command listens for it ends it without a status.
    const wasEarly = ended.status === null || (ended.status === 130 && !hasMeasured(ended))
    if (!wasEarly) return ended
  }
}
