import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const FILE = fileURLToPath(new URL('./fixtures/ending.mjs', import.meta.url))

/** What a process prints that has to end by itself, and how many ms it took. */
async function run(how: string): Promise<{ lines: string[]; ms: number }> {
  const beginMs = performance.now()
  const ended = promisify(execFile)(process.execPath, [FILE, how], { timeout: 20_000 })
  const lines = (await ended).stdout.trim().split('\n')
  return { lines, ms: performance.now() - beginMs }
}

describe('A process with a live machine ends', () => {
  it('after the machine was stopped, whatever its CPUs did', async () => {
    expect((await run('stop')).lines).toEqual(['main has ended'])
    expect((await run('unref-stop')).lines).toEqual(['main has ended'])
  })

  it('after a CPU has died', async () => {
    expect((await run('die')).lines).toEqual(['CpuFailed', 'main has ended'])
  })

  it('after a machine did not start, and not only when a CPU would have been late', async () => {
    const { lines, ms } = await run('no-start')
    expect(lines).toEqual(['CpuFailed', 'main has ended'])
    expect(ms).toBeLessThan(8_000)
  })

  it('though the machine runs, if it is told so', async () => {
    expect((await run('unref')).lines).toEqual(['main has ended'])
  })
})
