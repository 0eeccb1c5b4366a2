import { describe, expect, it } from 'vitest'
import { grainFindings } from '../../src/experiments/ifqueue/grain-findings.ts'
import { scheduleText } from '../../src/experiments/checked.ts'
import { ifqueueRace } from '../../src/experiments/ifqueue/ifqueue-race.ts'
import { Results } from '../../src/model/results.ts'
import type { Row } from '../../src/model/row.ts'
import { measured } from './measured.ts'

const USUAL = { link: 100, work: 800, bulk: 32 }

/** Five runs around a figure, of one hand-off on so many CPUs. */
function rate(variant: string, cpus: number, figure: number, settings: Row['settings'] = USUAL) {
  const figures = [0.99, 1, 1, 1, 1.01].map((share) => share * figure)
  return measured(
    { workload: 'ifqueue', metric: 'rate', unit: '1/s', variant, cpus, settings },
    figures,
  )
}

function grain(...rows: ReturnType<typeof rate>[]): string {
  return grainFindings(new Results(rows))
    .map(({ claim }) => claim)
    .join('\n')
}

describe('the findings of ifqueue-grain', () => {
  it.each([
    [1.4, 'certainly more with 8 senders and certainly less with no number of them'],
    [0.7, 'certainly more with no number of senders and certainly less with 8'],
  ])('say whether two locks send %d times as much as one', (times, verdict) => {
    expect(grain(rate('recheck', 8, times * 1e6), rate('coarse', 8, 1e6))).toContain(verdict)
  })

  it('claim nothing that the runs leave open', () => {
    const row = { workload: 'ifqueue', metric: 'rate', unit: '1/s', cpus: 8 } as const
    const of = (variant: string, figures: number[]) =>
      measured({ ...row, variant, settings: USUAL }, figures)
    const text = grain(of('recheck', [1, 2, 3, 2, 2]), of('coarse', [2, 1, 2, 3, 2]))
    expect(text).toContain('more with no number of senders and certainly less with no number of')
  })

  it('set rings and queues beside the best with locks, whichever that is', () => {
    const rows = [rate('abdicate', 4, 4e6), rate('multi-recheck', 4, 6e6)]
    const coarse = grain(...rows, rate('coarse', 4, 2e6), rate('bulk', 4, 1e6))
    expect(coarse).toMatch(/queue with locks is coarse, 2\.00 M.*abdicate sends 2\.00×.*3\.00×/)
    expect(grain(...rows, rate('coarse', 4, 1e6), rate('bulk', 4, 3e6))).toContain('is bulk, 3.00')
  })

  it('say what it depends on, and do not mix that with the answer', () => {
    const light = { ...USUAL, work: 200 }
    const text = grain(
      rate('recheck', 8, 1e6),
      rate('coarse', 8, 1e6),
      rate('recheck', 8, 3e6, light),
      rate('coarse', 8, 1e6, light),
    )
    expect(text).toMatch(/3\.00× .*with 200 ns of work for a packet/)
    expect(text).toMatch(/Granularity: .*senders send 1\.00×/)
  })

  it('speak of nothing that was not measured', () => {
    expect(grainFindings(new Results([]))).toEqual([])
  })
})

describe('the findings of ifqueue-race', () => {
  const stranded = (variant: string, figure: number, machine: Row['machine'] = 'sim') => {
    const row = { workload: 'ifqueue_race', metric: 'stranded', unit: 'each', variant, machine }
    return measured({ ...row, cpus: 2 } as Partial<Row>, [figure, figure, figure, figure, figure])
  }
  const claims = (...rows: ReturnType<typeof stranded>[]) =>
    ifqueueRace
      .findings(new Results(rows))
      .map(({ claim }) => claim)
      .join('\n')

  it('say how often a packet is stranded, and count the others that strand any', () => {
    const text = claims(stranded('historical', 250), stranded('recheck', 0), stranded('bulk', 3))
    expect(text).toMatch(/IFQ_HANDOFF strands 250 packets of a million.*1 of the 2 others strand/)
  })

  it.each([
    [0, 'On threads historical strands no packet in 5 runs of 1.00 M/s'],
    [2, 'strands 2.00 packets of a million: one after 500 ms of 1.00 M/s'],
  ])('say how long it took to appear on threads, with %d of a million', (figure, claim) => {
    const row = { workload: 'ifqueue_race', metric: 'rate', unit: '1/s', machine: 'live' } as const
    const rates = measured({ ...row, variant: 'historical', cpus: 2 }, [1e6, 1e6, 1e6, 1e6, 1e6])
    expect(claims(stranded('historical', figure, 'live'), rates)).toContain(claim)
  })
})

describe('a schedule', () => {
  it('is shown without the steps that are under locks', () => {
    const text = 'deadlock\n\nload [1] → 0  a.js\nread [2] → 1  a.js\n  write words#1[3] = 1  a.js'
    const shown = scheduleText({ failure: { text }, summary: '' } as never)
    expect(shown).toBe(
      'deadlock\n\nload [1] → 0  a.js\n(2 reads and writes under locks are left out)',
    )
  })
})
