import { describe, expect, it } from 'vitest'
import { netperf, rowsOf } from './run-netperf.ts'

const SCHEMES = ['split', 'so-lock', 'coalesced', 'direction']
const RUN = ['run', 'socket_locking', '--machine', 'sim', '--profile', 'xeon-8176', '--json']

async function figures(traffic: string, metric: string, ...more: string[]) {
  const args = [...RUN, '--traffic', traffic, '--runs', '1', ...more]
  const rows = rowsOf(await netperf(args)).filter((row) => row.metric === metric)
  return Object.fromEntries(rows.map(({ variant, median }) => [variant, median]))
}

describe('netperf run socket_locking', () => {
  it.each([
    ['send', 'lock-pairs', { split: 5, 'so-lock': 5, coalesced: 2, direction: 1 }],
    ['receive', 'atomics', { split: 10, 'so-lock': 10, coalesced: 4, direction: 2 }],
    ['close', 'relocks', { split: 2, 'so-lock': 1, coalesced: 2, direction: 0 }],
  ])('counts what one %s takes in %s', async (traffic, metric, expected) => {
    const found = await figures(traffic, metric, '--cpus', '2', '--duration', '500us')
    const rounded = Object.entries(found).map(([name, figure]) => [name, Math.round(figure)])
    expect(Object.fromEntries(rounded)).toEqual(expected)
  })

  it.each(['rr', 'stream', 'crr', 'crr-one'])('runs %s under each scheme', async (traffic) => {
    const found = await figures(traffic, 'rate', '--cpus', '4', '--duration', '100us')
    expect(Object.keys(found)).toEqual(SCHEMES)
    for (const rate of Object.values(found)) expect(rate).toBeGreaterThan(10_000)
  })

  it('runs under each scheme on threads, too', async () => {
    const args = ['run', 'socket_locking', '--machine', 'live', '--cpus', '2', '--runs', '2']
    const of = ['--traffic', 'crr-one', '--duration', '200ms', '--json']
    const rows = rowsOf(await netperf([...args, ...of])).filter(({ metric }) => metric === 'rate')
    expect(rows.map(({ variant }) => variant)).toEqual(SCHEMES)
    for (const { median } of rows) expect(median).toBeGreaterThan(0)
  })

  it('says what it expected of schemes, and of where calls are counted', async () => {
    const scheme = await netperf([...RUN, '--locking', 'giant'])
    expect(scheme.stderr).toContain(
      'expected a lock scheme (split, so-lock, coalesced, direction)',
    )
    const alone = await netperf([...RUN, '--traffic', 'send', '--cpus', '1'])
    expect(alone.stderr).toContain('expected two simulated CPUs to count what a send takes')
  })
})
