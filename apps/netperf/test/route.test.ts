import { describe, expect, it } from 'vitest'
import { netperf, rowsOf } from './run-netperf.ts'

/** What a router of an E5-2650 came to: metrics by their names. */
async function routed(...more: string[]): Promise<Record<string, number>> {
  const args = ['run', 'route', '--machine', 'sim', '--duration', '2ms', '--json', ...more]
  const ended = await netperf([...args, '--handoff', 'multi-recheck'])
  return Object.fromEntries(rowsOf(ended).map(({ metric, median }) => [metric, median]))
}

describe('A router', () => {
  it('sends on what comes, after moderated interrupts, and misses nothing of it', async () => {
    const { rate, missed, dropped, interrupts, packet } = await routed(
      '--cpus',
      '2',
      '--link-rate',
      '1M',
      // Half of a run of 4 ms has some thirty interrupts for each queue.
      '--duration',
      '20ms',
    )
    expect(rate).toBeGreaterThan(0.9e6)
    expect(rate).toBeLessThan(1.1e6)
    expect([missed, dropped]).toEqual([0, 0])
    // At half a million a second for each queue, 67.6 us bring some 34 packets.
    expect(interrupts).toBeGreaterThan(1 / 45)
    expect(interrupts).toBeLessThan(1 / 20)
    // In the mean a packet waits for half of that.
    expect(packet).toBeGreaterThan(20_000)
    expect(packet).toBeLessThan(68_000)
  })

  it('has the card miss what it cannot, and sends no less for that', async () => {
    const { rate, missed } = await routed('--cpus', '1')
    expect(missed).toBeGreaterThan(0.8)
    expect(rate).toBeGreaterThan(0.5e6)
    expect(rate).toBeLessThan(1.43e6)
  })

  it('pays for locks that its CPUs share', async () => {
    const much = ['--cpus', '16', '--link-rate', '30M', '--work', '150']
    const under = (lock: string) => {
      return routed(...much, '--route-lock', lock, '--neighbour-lock', lock)
    }
    const [shared, apart] = await Promise.all([under('mutex'), under('rmlock')])
    expect(shared!['rate']).toBeLessThan(0.85 * apart!['rate']!)
  })

  it('forwards in threads of netisr too', async () => {
    const { rate, missed, dropped } = await routed(
      '--cpus',
      '2',
      '--link-rate',
      '400k',
      '--dispatch',
      'deferred',
    )
    expect(rate).toBeGreaterThan(0.36e6)
    expect([missed, dropped]).toEqual([0, 0])
  })
})
