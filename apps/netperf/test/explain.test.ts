import { describe, expect, it } from 'vitest'
import { netperf } from './run-netperf.ts'

const run = ['run', 'forward', '--duration', '1ms', '--runs', '1', '--explain']

describe('netperf run --explain', () => {
  it('says by operation what moves, fails and waits, and how long locks are held', async () => {
    const path = ['--path-lock', 'route:rwlock:shared', '--cpus', '1,8,16']
    const { stdout, status } = await netperf([...run, ...path])
    expect(status).toBe(0)
    const table = stdout.split('\n')
    const at = table.findIndex((line) => line.startsWith('what happens for each operation'))
    expect(table[at]).toMatch(/lines, domain +lines, remote +copies taken +failed swaps +parks/)
    const [one, eight, sixteen] = table.slice(at + 1, at + 4).map((line) => {
      return line.split(/  +/).slice(1).map(Number)
    })
    // Alone nothing moves; on one socket nothing comes from the other.
    expect(one!.slice(0, 4)).toEqual([0, 0, 0, 0])
    expect([eight![0]! > 1, eight![1], sixteen![1]! > 0.1]).toEqual([true, 0, true])
    expect(stdout).toContain('the locks of "route"')
    expect(stdout).toMatch(/where the time of all CPUs goes +idle +for lines/)
    expect(stdout).toMatch(/max +wait_max +total +wait_total +count/)
  })

  it('gives shares of the time that make the whole', async () => {
    const { stdout } = await netperf([...run, '--cpus', '4', '--path-lock', 'r:mutex:shared'])
    const lines = stdout.split('\n')
    const at = lines.findIndex((line) => line.startsWith('where the time of all CPUs goes'))
    const shares = [...lines[at + 1]!.matchAll(/([\d.]+) %/g)].map(([, share]) => Number(share))
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 0)
  })
})
