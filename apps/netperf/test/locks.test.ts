import { Arena, LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { lockKinds } from '../src/locks/index.ts'
import { countUntilRare, randomOf } from '../src/locks/random-of.ts'
import { AddressList } from '../src/workloads/list-walk/address-list.ts'
import { netperf, rowsOf } from './run-netperf.ts'

const locks = [...lockKinds.keys()]

function figures(args: string) {
  return netperf([...args.split(' '), '--json'])
}

describe('netperf run list_walk', () => {
  it.each(['sim', 'live'])(
    'reports reads, writes and both for each lock (%s)',
    async (machine) => {
      const time = machine === 'sim' ? '100us' : '60ms --runs 2'
      const args = `run list_walk --machine ${machine} --writes 10% --duration ${time}`
      const ended = await figures(args)
      expect(ended.stderr).not.toContain('netperf:')
      const rows = rowsOf(ended)
      expect(rows.map(({ metric, variant }) => `${metric} ${variant}`)).toEqual(
        ['read', 'write', 'throughput'].flatMap((metric) =>
          locks.map((lock) => `${metric} ${lock}`),
        ),
      )
      for (const row of rows) {
        expect(row).toMatchObject({ cpus: 2, settings: { writes: 0.1 } })
        expect(row.median).toBeGreaterThan(0)
      }
    },
  )

  it('has no write cost where nobody writes', async () => {
    const args = 'run list_walk --machine sim --writes 0 --lock mutex --duration 100us'
    const rows = rowsOf(await figures(args))
    expect(rows.map(({ metric }) => metric)).toEqual(['read', 'throughput'])
  })

  it('gives the same bytes for the same seed', async () => {
    const args = 'run list_walk --machine sim --cpus 6 --writes 0.1 --duration 100us --runs 2'
    const [one, two] = [await figures(args), await figures(args)]
    expect(two.stdout).toBe(one.stdout)
    expect((await figures(`${args} --seed 2`)).stdout).not.toBe(one.stdout)
  })
})

describe('netperf run forward', () => {
  it('forwards what one core forwards, when no lock is in the way', async () => {
    const rows = rowsOf(await figures('run forward --cpus 1 --work 500 --duration 20ms'))
    const rate = rows.find(({ metric }) => metric === 'rate')
    expect(rate?.median).toBeGreaterThan(1.97e6)
    expect(rate?.median).toBeLessThan(2e6)
  })

  it('takes the locks of the path, as often as it says', async () => {
    const path = '--path-lock a:rwlock:shared:2 --path-lock b:mutex:flow:1'
    const [packet] = rowsOf(await figures(`run forward --cpus 1 --duration 1ms ${path}`))
    expect(packet).toMatchObject({ metric: 'packet', variant: 'a:rwlock:shared:2+b:mutex:flow:1' })
    expect(packet?.median).toBeGreaterThan(703 + 3 * 20)
  })

  it('is slowed on other CPUs by shared locks, and not by those of flows', async () => {
    const run = async (scope: string, cpus: number) => {
      const args = `run forward --cpus ${cpus} --path-lock a:mutex:${scope} --duration 300us`
      return rowsOf(await figures(args)).find(({ metric }) => metric === 'rate')?.median ?? 0
    }
    expect((await run('flow', 8)) / (await run('flow', 1))).toBeGreaterThan(7.5)
    expect((await run('shared', 8)) / (await run('shared', 1))).toBeLessThan(4)
  })
})

describe('an address list', () => {
  const place = (length: number) => {
    const memory = new LiveMemory(new SharedArrayBuffer(64 * 1024))
    const handle = AddressList.place(Arena.create(memory), length, 1, 2)
    return { list: new AddressList(memory, handle.at), spares: handle.spares[0] ?? [] }
  }

  it('is walked to each of its entries and not beyond', () => {
    const { list } = place(3)
    expect([0, 1, 2, 3].map((position) => list.walk(position))).toEqual([true, true, true, false])
  })

  it('tells a half-written entry', () => {
    const { list, spares } = place(3)
    const old = list.replace(1, spares[0] as number, 77)
    expect(list.walk(2)).toBe(true)
    list.memory.store(spares[0] as number, 78)
    expect([list.walk(0), list.walk(1)]).toEqual([true, false])
    expect(old).not.toBe(spares[0])
  })
})

describe('chance', () => {
  it('makes rare things as rare as it was told', () => {
    const random = randomOf(1, 0)
    const counts = Array.from({ length: 20_000 }, () => countUntilRare(random, 0.01))
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
    expect(mean).toBeGreaterThan(96)
    expect(mean).toBeLessThan(102)
    expect(countUntilRare(random, 0)).toBe(Number.POSITIVE_INFINITY)
    expect(countUntilRare(random, 1)).toBe(0)
  })
})
