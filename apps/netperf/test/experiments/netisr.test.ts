import { describe, expect, it } from 'vitest'
import { netisr } from '../../src/experiments/dispatch/netisr.ts'
import { EACH_QUEUE, KINDS, ONE_QUEUE } from '../../src/experiments/dispatch/netisr-jobs.ts'
import { Results } from '../../src/model/results.ts'
import type { Labels, Measured, Row } from '../../src/model/row.ts'
import { measured } from './measured.ts'

const PROFILE = 'xeon-e5-2650'

function row(figure: number, settings: Labels, own: Partial<Row> = {}): Measured {
  const of = { workload: 'dispatch', profile: PROFILE, metric: 'rate', variant: 'deferred' }
  return measured({ ...of, cpus: 1, settings, ...own }, Array(5).fill(figure) as number[])
}

function claimsOf(rows: readonly Measured[]): string[] {
  return netisr.findings(new Results(rows)).map(({ claim }) => claim)
}

function threads(one: number, each: number): Measured[] {
  return [
    row(one, { part: 'threads', workers: 'one' }, { variant: 'direct', cpus: 8 }),
    row(each, { part: 'threads', workers: 'one per CPU' }, { variant: 'direct', cpus: 8 }),
  ]
}

function capacity(flows: number, of: (cpus: number, card: string) => number): Measured[] {
  return [1, 8].flatMap((cpus) =>
    [ONE_QUEUE, EACH_QUEUE].flatMap((card) =>
      KINDS.map((variant) => {
        return row(of(cpus, card), { part: 'capacity', card, flows }, { variant, cpus })
      }),
    ),
  )
}

describe('netperf experiment netisr', () => {
  it('says whether workers without work make a difference', () => {
    expect(claimsOf(threads(1e6, 1.002e6))).toEqual([
      expect.stringMatching(
        /makes a difference of 0\.2 % at most .* none of them certain to be 1 %, as it should be/,
      ),
    ])
    expect(claimsOf(threads(1e6, 0.9e6))).toEqual([
      expect.stringMatching(/makes a difference of 10\.0 % at most .*, 1 of them certainly 1 %/),
    ])
  })

  it('says whether one flow scales, which it must not', () => {
    const [flat] = claimsOf(capacity(1, () => 1e6)).filter((claim) => claim.startsWith('Control'))
    expect(flat).toMatch(/one flow does not scale: on 8 CPUs at most 1\.00×/)
    const grown = claimsOf(capacity(1, (cpus) => cpus * 1e6))
    const [scaled] = grown.filter((claim) => claim.startsWith('Control'))
    expect(scaled).toMatch(/one flow scales, which it should not: on 8 CPUs at most 8\.00×/)
  })

  it('sets what many flows bring on many CPUs beside one CPU, and says what to do', () => {
    const claims = claimsOf(
      capacity(10_000, (cpus, card) => (card === EACH_QUEUE ? cpus * 1e6 : 1e6 * Math.sqrt(cpus))),
    )
    expect(claims).toEqual([
      expect.stringMatching(/one receive queue, on 8 CPUs, .* direct 2\.83 M\/s, 2\.83×/),
      expect.stringMatching(
        /a receive queue for each CPU, on 8 CPUs, .* direct 8\.00 M\/s, 8\.00×/,
      ),
      expect.stringMatching(/^What to do: .*`netstat -Q`.* bring 8\.00 M\/s by queues/),
    ])
  })

  it('tells receive livelock from a rate that is kept', () => {
    const overload = (starved: number) => [
      row(1e6, { part: 'overload', taken: 'polled', load: 1 }),
      row(0.99e6, { part: 'overload', taken: 'polled', load: 8 }),
      row(0.4e6, { part: 'overload', taken: 'interrupt', load: 1 }),
      row(starved, { part: 'overload', taken: 'moderated', load: 8 }),
      row(starved, { part: 'overload', taken: 'interrupt', load: 8 }),
    ]
    expect(claimsOf(overload(0))).toEqual([
      expect.stringMatching(
        /^Offered 8 times .* 0\/s are handled, which is receive livelock; .*0\.990×/,
      ),
    ])
    expect(claimsOf(overload(0.9e6))).toEqual([expect.stringContaining('which is no livelock')])
  })

  it('says how far published figures are', () => {
    const hop = (thread: number, polled: number) => [
      row(thread, { part: 'handed over', receiver: 'thread' }),
      row(polled, { part: 'handed over', receiver: 'polled' }),
    ]
    expect(claimsOf(hop(346_000, 1_168_000))).toEqual([
      expect.stringMatching(/off by \+0 %, \+0 % and \+0 %, within 30 %/),
    ])
    expect(claimsOf(hop(346_000, 2_000_000))).toEqual([
      expect.stringMatching(/off by \+0 %, \+71 % and \+71 %, more than 30 %/),
    ])
    const trip = { workload: 'udp_rr', variant: 'smpnet' }
    const registry = (tracked: number) => [
      row(1e6, { part: 'registry', registryLock: 'none' }),
      row(tracked, { part: 'registry', registryLock: 'rmlock-trackers' }),
      row(0.995e6, { part: 'registry', registryLock: 'rmlock' }),
      row(0.97e6, { part: 'registry', registryLock: 'rwlock' }),
      row(0.3e6, {}, trip),
    ]
    expect(claimsOf(registry(0.95e6))).toEqual([
      expect.stringMatching(/costs 5\.3 % as .* 3\.2 % of a ping-pong .*, both within 30 %/),
    ])
    expect(claimsOf(registry(0.99e6))).toEqual([
      expect.stringMatching(/costs 1\.0 % as .* 0\.6 % of a ping-pong .*, not both within 30 %/),
    ])
    expect(claimsOf(registry(0.9e6))).toEqual([expect.stringContaining('not both within')])
  })

  it('says nothing of what was not measured', () => {
    expect(claimsOf([])).toEqual([])
  })
})
