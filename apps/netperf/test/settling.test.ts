import { LatencyRecorder } from '@smpnet/testing'
import { describe, expect, it } from 'vitest'
import { judged } from '../src/inference/judged.ts'
import { isSettled, stretchEndNs, STRETCHES } from '../src/kernel/stretches.ts'
import { shareText } from '../src/experiments/clocks/switch-clock.ts'
import { netperf, rowsOf } from './run-netperf.ts'

const WALK = ['run', 'list_walk', '--machine', 'sim']

function slice(count: number, ns: number, latencyNs: number, latencies = 200) {
  const latency = new LatencyRecorder()
  for (let index = 0; index < latencies; index++) latency.record(latencyNs)
  return { count, ns, latency }
}

/** The row of how often simulated threads walk a list a second. */
async function throughput(...more: string[]) {
  const rows = rowsOf(await netperf([...WALK, '--json', ...more]))
  return rows.find(({ metric }) => metric === 'throughput')!
}

describe('a simulated run', () => {
  it('lasts as long as it may in all its stretches together', () => {
    const all = Array.from({ length: STRETCHES + 2 }, (_, each) => stretchEndNs(16e6, each - 1))
    expect(all).toEqual([0, 1e6, 2e6, 4e6, 8e6, 16e6, 24e6])
  })

  it.each([
    ['its rate differs', slice(1000, 1e6, 100), slice(1100, 1e6, 100), false],
    ['its latency differs', slice(1000, 1e6, 100), slice(1000, 1e6, 130), false],
    ['both are the same', slice(1000, 1e6, 100), slice(2020, 2e6, 101), true],
    ['too few latencies differ', slice(1000, 1e6, 100), slice(1000, 1e6, 900, 20), true],
    ['there are too few operations', slice(90, 1e6, 100), slice(90, 1e6, 100), false],
    ['nothing came before', undefined, slice(1000, 1e6, 100), false],
  ])('is settled or not where %s', (_what, before, now, settled) => {
    expect(isSettled(before, now, 2, { width: 0.05 })).toBe(settled)
  })

  it('settles to what one of ten times the length comes to, or says it has not', async () => {
    const of = ['--cpus', '4', '--lock', 'rmlock']
    const [short, long, tiny] = [
      await throughput(...of, '--writes', '0', '--duration', '2ms'),
      await throughput(...of, '--writes', '0', '--duration', '20ms'),
      await throughput(...of, '--writes', '10%', '--duration', '0.05ms'),
    ]
    expect(short.unsettled).toBeUndefined()
    expect(Math.abs(short.median / long.median - 1)).toBeLessThan(0.05)
    expect(tiny.unsettled).toBeGreaterThan(0)
  }, 60_000)

  it('does no more in a short time than in a long one where clients starve in turn', async () => {
    const of = ['--cpus', '32', '--lock', 'mutex', '--writes', '1%']
    const [short, long] = [
      await throughput(...of, '--duration', '1ms'),
      await throughput(...of, '--duration', '8ms'),
    ]
    expect(short.median / long.median).toBeLessThan(1.25)
  }, 60_000)

  it('is simulated with more seeds until its figures are as sure as was asked', async () => {
    const args = [...WALK, '--json', '--lock', 'epoch', '--runs', '2', '--duration', '400us']
    const [wide, narrow] = [
      rowsOf(await netperf([...args, '--width', '90%'])),
      rowsOf(await netperf([...args, '--width', '0.1%'])),
    ]
    expect(wide[0]?.runs).toBe(2)
    expect(narrow[0]?.runs).toBeGreaterThan(2)
  }, 60_000)
})

describe('a claim', () => {
  const of = (runs: number, confidence: number, low: number, high: number, unit = '×') => {
    const evidence = [{ of: 'x', unit, median: low, low, high, confidence, runs }]
    return judged([{ claim: 'It is so.', machine: 'sim', profile: 'p', evidence }])[0]!.claim
  }

  it.each([
    ['five runs', of(5, 0.9375, 1, 2), 'It is so.'],
    ['runs that all agree', of(2, 0.5, 1, 1), 'It is so.'],
    ['a constant', of(1, 0, 1, 1, ''), 'It is so.'],
    ['one run', of(1, 0, 1, 1), 'Cannot tell yet (one run has no interval): It is so.'],
    [
      'three',
      of(3, 0.75, 1, 2),
      'Cannot tell yet (3 runs have no interval that holds): It is so.',
    ],
  ])('that rests on %s', (_what, claim, text) => expect(claim).toBe(text))

  it('is made of no share whose interval is nonsense', () => {
    const share = (low: number, high: number) =>
      shareText({ median: (low + high) / 2, low, high, confidence: 0.94, runs: 5 })
    expect(share(-1.062, 0.323)).toBe('not to be measured here')
    expect(share(0.2, 0.3)).toBe('25.0 % (20.0 %–30.0 %)')
  })
})
