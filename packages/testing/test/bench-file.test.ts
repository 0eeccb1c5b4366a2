import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Report } from '../src/index.ts'

const file = fileURLToPath(new URL('../bench/harness.bench.mjs', import.meta.url))

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [file, ...args], (_, stdout, stderr) => {
      resolve({ status: child.exitCode, stdout, stderr })
    })
  })
}

describe('a bench file', () => {
  it('prints a table', async () => {
    const { status, stdout, stderr } = await run('--smoke')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^harness \(2 slices\) on /)
    expect(stdout).toMatch(/two threads +[\d.]+ .s\/op/)
  })

  it('prints one JSON document', async () => {
    const { status, stdout } = await run(
      '--smoke',
      '--json',
      '--only',
      'one word, two threads,one word',
    )
    expect(status).toBe(0)
    const report = JSON.parse(stdout) as Report
    expect(report).toMatchObject({ name: 'harness', unit: 'ns/op', baseline: 'one word' })
    expect(report.variants.map(({ variant }) => variant)).toEqual([
      'one word',
      'one word, two threads',
    ])
    expect(report.variants[1]?.slices).toHaveLength(2)
  })

  it.each([
    [['--fast'], "Unknown option '--fast'"],
    [['--rounds', '0'], '--rounds is a whole number above 0, got "0"'],
    [
      ['--only', 'x'],
      'expected a variant of harness (empty function, one word, one word, two threads)',
    ],
  ])('answers %j with a sentence and status 2', async (args, sentence) => {
    const { status, stdout, stderr } = await run(...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain(sentence)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})
