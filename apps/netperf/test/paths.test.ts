import { describe, expect, it } from 'vitest'
import { Arrivals, everyNsOf } from '../src/workloads/forward/arrivals.ts'
import { parsePathStep, pathText } from '../src/workloads/forward/path-step.ts'
import type { Row } from '../src/model/row.ts'
import { netperf, rowsOf } from './run-netperf.ts'

const run = ['run', 'forward', '--cpus', '4', '--duration', '1ms', '--runs', '1', '--json']

async function rateOf(...more: string[]): Promise<number> {
  const rows: Row[] = rowsOf(await netperf([...run, ...more]))
  return rows.find(({ metric }) => metric === 'rate')!.median
}

describe('a path', () => {
  it.each([
    'route:rwlock:shared:2',
    'route:rwlock:flow:1:lines=4:dirty=1:write=0.01',
    'references:atomic:shared:1:dirty=2',
  ])('%s is said again', (text) => {
    expect(pathText([parsePathStep(text)])).toBe(text)
  })

  it('is slower with what its sections touch, and with sections that write', async () => {
    const [bare, dirty, writing] = await Promise.all([
      rateOf('--path-lock', 'r:rwlock:shared'),
      rateOf('--path-lock', 'r:rwlock:shared:dirty=8'),
      rateOf('--path-lock', 'r:rwlock:shared:write=50%'),
    ])
    expect(dirty).toBeLessThan(0.95 * bare!)
    expect(writing).toBeLessThan(0.9 * bare!)
  })

  it('counts references in a word, which is dearer when all flows share it', async () => {
    const [shared, own, none] = await Promise.all([
      rateOf('--path-lock', 'r:atomic:shared'),
      rateOf('--path-lock', 'r:atomic:flow'),
      rateOf(),
    ])
    expect(shared).toBeLessThan(own!)
    expect(own).toBeLessThan(none!)
  })

  it('gets no more packets than its link and the queues of the card bring', async () => {
    const [ceiling, skewed] = await Promise.all([
      rateOf('--link-rate', '2M'),
      rateOf('--link-rate', '4M', '--rss', '1,0,0,0'),
    ])
    expect(ceiling! / 2e6).toBeCloseTo(1, 2)
    // One CPU gets all, and forwards what one CPU can.
    expect(skewed).toBeLessThan(1.5e6)
    expect(skewed).toBeGreaterThan(1.3e6)
  })
})

describe('queues of a card', () => {
  it('are dealt to the CPUs in turn, by their weights', () => {
    expect(everyNsOf(0, 2, 1e6)).toBe(2000)
    expect(everyNsOf(0, 2, 1e6, [3, 1])).toBeCloseTo(1333.3, 1)
    expect(everyNsOf(1, 2, 1e6, [1, 1, 1, 1])).toBe(2000)
    expect(everyNsOf(1, 2, 1e6, [1])).toBe(Number.POSITIVE_INFINITY)
  })

  it('hold so many packets, and lose what comes when they are full', () => {
    let waitedNs = 0
    const memory = { charge: (_work: number, ns: number) => (waitedNs += ns) } as never
    const arrivals = new Arrivals(10)
    expect(arrivals.await(memory, 1_000_000)).toBe(true)
    // 1024 packets are there: none is waited for until they are forwarded.
    for (let packet = 1; packet < 1024; packet++) arrivals.await(memory, 1_000_000)
    expect(waitedNs).toBe(0)
    arrivals.await(memory, 1_000_000)
    expect(waitedNs).toBe(10)
  })
})
