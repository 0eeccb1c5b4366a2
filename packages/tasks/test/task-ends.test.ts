import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const FILE = fileURLToPath(new URL('./fixtures/ending.mjs', import.meta.url))

/** What a process prints that has to end by itself. */
async function output(...args: string[]): Promise<string[]> {
  const ended = promisify(execFile)(process.execPath, [FILE, ...args], { timeout: 20_000 })
  return (await ended).stdout.trim().split('\n').sort()
}

describe('A process with a task runner ends', () => {
  it('after the runner was stopped with a task under way', async () => {
    const lost = ['TaskLost', 'main has ended']
    expect(await output('stop', '400')).toEqual(lost)
    expect(await output('stop', '3000')).toEqual(lost)
    expect(await output('stop')).toEqual(lost)
    expect(await output('using')).toEqual(lost)
  })

  it('after a CPU has died with tasks under way', async () => {
    expect(await output('die')).toEqual(['CpuFailed', 'main has ended'])
    expect(await output('die-under-way')).toEqual(['CpuFailed', 'CpuFailed', 'main has ended'])
  })

  it('though the runner was not stopped, when nothing is under way', async () => {
    expect(await output('forget')).toEqual(['[ 1 ]', 'main has ended'])
  })

  it('not before what is under way has ended', async () => {
    expect(await output('under-way')).toEqual(['kept', 'main has ended'])
  })
})
