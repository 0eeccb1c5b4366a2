import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { netperf, rowsOf } from './run-netperf.ts'

/** Locks of one kind on the path of each packet, and what else the run is told. */
interface Path {
  readonly cpus: number
  readonly lock: string
  readonly count?: number
  readonly more?: readonly string[]
}

/** Million packets per second on an E5-2650. */
async function rateOf({ cpus, lock, count = 1, more = [] }: Path): Promise<number> {
  const path = Array.from({ length: count }, (_, i) => ['--path-lock', `l${i}:${lock}:shared:1`])
  const args = ['run', 'forward', '--machine', 'sim', '--duration', '3ms', '--json']
  const ended = await netperf([...args, '--cpus', String(cpus), ...path.flat(), ...more])
  return rowsOf(ended).find(({ metric }) => metric === 'rate')!.median / 1e6
}

function ratesOf(lock: string, counts: readonly number[]): Promise<number[]> {
  return Promise.all(counts.map((cpus) => rateOf({ cpus, lock })))
}

describe('a path with a shared rwlock', () => {
  it('is as fast with eight cores as was measured, and hardly faster than with six', async () => {
    const [six, eight] = await ratesOf('rwlock', [6, 8])
    expect(eight).toBeGreaterThan(5.83 * 0.85)
    expect(eight).toBeLessThan(5.83 * 1.15)
    expect(eight).toBeLessThan(six! * 1.1)
  })

  it.each(thorough([1, 2, 4, 8, 16], [2, 8]))(
    'is not faster with four of them on %i CPUs',
    async (cpus) => {
      const one = await rateOf({ cpus, lock: 'rwlock' })
      expect(await rateOf({ cpus, lock: 'rwlock', count: 4 })).toBeLessThan(one)
    },
  )

  // At the bound of the line, fewer failed swaps make up for more work, and for a little more.
  it('does not get more packets through that take more work, by a thirtieth', async () => {
    const rates = await Promise.all(
      thorough(['100', '200', '400', '703', '1000', '1400'], ['100', '703', '1400']).map((work) =>
        rateOf({ cpus: 8, lock: 'rwlock', more: ['--work', work] }),
      ),
    )
    for (const [i, rate] of rates.entries()) {
      expect(rate).toBeLessThan(1.03 * Math.min(...rates.slice(0, i + 1)))
    }
  })
})

/** With the ninth CPU the second socket comes in. */
const NEIGHBOURS = thorough([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [8, 9, 10])
describe.each(['rwlock', 'mutex', 'ticket', 'mcs'])('a path with a shared %s', (lock) => {
  it('has no jump of more than half between neighbouring numbers of CPUs', async () => {
    const rates = await ratesOf(lock, NEIGHBOURS)
    for (const [i, rate] of rates.slice(1).entries()) {
      expect(rate / rates[i]!).toBeGreaterThan(0.5)
      expect(rate / rates[i]!).toBeLessThan(1.55)
    }
  })
})

describe('a path with a shared mutex', () => {
  it('leaves no CPU asleep while the owner runs', async () => {
    const args = ['run', 'forward', '--machine', 'sim', '--duration', '3ms', '--json']
    const path = ['--cpus', '8', '--path-lock', 'l:mutex:shared:1', '--statistics']
    const { statistics } = JSON.parse((await netperf([...args, ...path])).stdout) as {
      statistics: { kernel: { cpus: { reasons: { turnstile: number } }[] } }[]
    }
    const sleeps = statistics[0]!.kernel.cpus.map(({ reasons }) => reasons.turnstile)
    expect(sleeps).toEqual(Array.from({ length: 8 }, () => 0))
  })

  it('collapses less when those that spin back off', async () => {
    const more = ['--sysctl', 'smpnet.locks.backoff=lock_delay']
    const none = await rateOf({ cpus: 16, lock: 'mutex' })
    expect(await rateOf({ cpus: 16, lock: 'mutex', more })).toBeGreaterThan(1.2 * none)
  })
})
