import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Row } from '../src/model/row.ts'

export const bin = fileURLToPath(new URL('../bin/netperf.js', import.meta.url))

/** How a run of the command ended. */
export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs the built command as a user does, without colours, which a host that calls itself CI would
 * have; `started` may send it a signal.
 */
export function netperf(args: readonly string[], started?: (child: ChildProcess) => void) {
  return new Promise<Ended>((resolve, reject) => {
    const env = { ...process.env, NO_COLOR: '1' }
    const child = spawn(process.execPath, [bin, ...args], { env })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (text) => (stdout += text))
    child.stderr.on('data', (text) => (stderr += text))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stdout, stderr }))
    started?.(child)
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
    const ended = await netperf(args, (child) => setTimeout(() => child.kill('SIGINT'), afterMs))
    // A signal that comes before the command listens for it ends it without a status.
    const wasEarly = ended.status === null || (ended.status === 130 && !hasMeasured(ended))
    if (!wasEarly) return ended
  }
}
