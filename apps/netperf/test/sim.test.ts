import { describe, expect, it } from 'vitest'
import { interrupted, netperf, netperfProcess, rowsOf } from './run-netperf.ts'

const sim = (workload: string, ...more: string[]) => {
  return ['run', workload, '--machine', 'sim', '--duration', '1ms', '--json', ...more]
}

describe('netperf run --machine sim', () => {
  it.each(['rr', 'stream', 'crr'])('%s names profile, seed and events', async (workload) => {
    const ended = await netperf(sim(workload, '--cpus', '4', '--seed', '7'))
    expect(ended.status).toBe(0)
    for (const row of rowsOf(ended)) {
      expect(row).toMatchObject({ machine: 'sim', variant: 'smpnet', cpus: 4, runs: 5 })
      expect(row).toMatchObject({ profile: 'xeon-e5-2650', seed: 7 })
      expect(row.events).toBeGreaterThan(100)
      expect(row.median).toBeGreaterThan(0)
    }
  })

  it('prints the same bytes for the same seed, and others for another', async () => {
    const args = sim('rr', '--cpus', '8', '--seed', '3')
    const [one, two] = [await netperf(args), await netperfProcess(args)]
    expect(two.stdout).toBe(one.stdout)
    const other = await netperf(sim('rr', '--cpus', '8', '--seed', '4'))
    expect(other.stdout).not.toBe(one.stdout)
  })

  it('takes a seed per run', async () => {
    const [row] = rowsOf(await netperf(sim('rr', '--runs', '3', '--pairs', '5')))
    expect(row?.runs).toBe(3)
  })

  it('can be interrupted', async () => {
    const args = ['run', 'rr', '--machine', 'sim', '--runs', '500', '--duration', '50ms', '--json']
    const ended = await interrupted(args)
    expect(ended.status).toBe(130)
    expect(rowsOf(ended)[0]?.runs).toBeGreaterThan(0)
  })
})
