import { expect, it } from 'vitest'
import { REASON_NAMES } from '@smpnet/inet'
import { defineStack, type LiveInput, type Program, type SimInput } from '../../src/index.ts'
// @ts-expect-error: a module of plain JavaScript, as workers load it
import { udpFuzz as untypedFuzz } from '../fixtures/udp-fuzz.mjs'
import { type Account, NOTHING_IN_USE, type RunNet } from './account.ts'

interface FuzzPlan {
  readonly packets: number
  readonly seed: number
}

interface FuzzAccount extends Account {
  readonly came: number
  readonly dropped: number
  readonly received: number
  readonly trips: number
}

const fuzz = untypedFuzz as Program<FuzzPlan>

/** Why IP hands a packet on to nobody; a route is also what a packet that is sent may lack. */
const AT_IP = REASON_NAMES.filter((name) => {
  return name.startsWith('ips_') && name !== 'ips_noproto' && name !== 'ips_noroute'
})
/** A queue of fewer packets overflows. */
const FEW = 16
/** So many kinds of faults there are at least among the packets of a short run. */
const LEAST_KINDS = 20

/** Whatever comes, on either machine. */
export function fuzzCases(machine: SimInput | LiveInput, packets: number, run: RunNet): void {
  const ways = [
    ['under-lock', 'deferred', 12, 3],
    ['after-unlock', 'direct', 256, 4],
    ['after-unlock', 'hybrid', 12, 5],
  ] as const

  it.each(ways)(
    'mutated packets harm nobody and are all accounted for (%s, %s, queues of %i, seed %i)',
    async (actions, dispatch, limit, seed) => {
      const netisr = { dispatch, limit, threads: 'all' } as const
      const config = defineStack({ machine, actions, netisr })
      const plan = { packets: Math.ceil(packets / ways.length), seed }
      const account = await run<FuzzPlan, FuzzAccount>(config, fuzz, 'udp-fuzz.mjs', plan)
      expect(account).toMatchObject({ ...NOTHING_IN_USE, came: plan.packets })
      expect(account.trips).toBeGreaterThan(plan.packets / 1000)
      expect(account.dropped > 0).toBe(limit < FEW)
      expectAccounted(account)
    },
  )
}

function expectAccounted({ came, dropped, received, statistics }: FuzzAccount): void {
  const { counters, netisr } = statistics
  const of = (...names: readonly string[]): number => {
    return names.reduce((sum, name) => sum + (counters[name] ?? 0), 0)
  }
  const streams = [...netisr.workstreams, ...netisr.elsewhere]
  const works = streams.flatMap(({ works: all }) => all)
  const handled = works.reduce((sum, work) => sum + work.handled, 0)
  const drops = works.reduce((sum, work) => sum + work.drops, 0)
  expect(drops).toBeGreaterThanOrEqual(dropped)
  expect(of('ips_total')).toBe(handled)
  expect(handled).toBe(came + of('ips_localout') - drops)
  const refused = of('ips_total') - of('ips_delivered') - of(...AT_IP, 'nopullup')
  expect(refused).toBeGreaterThan(0)
  expect(refused).toBeLessThanOrEqual(of('ips_noroute'))
  const taken = of('udps_fullsock', 'udps_noport', 'udps_noportbcast')
  expect(of('udps_ipackets')).toBe(received + taken)
  expect(REASON_NAMES.filter((name) => of(name) > 0).length).toBeGreaterThan(LEAST_KINDS)
}
