import { describe, expect, it } from 'vitest'
import { lockingFindings } from '../../src/experiments/sockets/locking-findings.ts'
import { type Judged, keptFindings } from '../../src/experiments/sockets/scheme-models.ts'
import { Results } from '../../src/model/results.ts'
import type { Row } from '../../src/model/row.ts'
import { measured } from './measured.ts'

const OF = { workload: 'socket_locking' } as const

/** Five runs around a figure, of one scheme. */
function row(variant: string, figure: number, rest: Partial<Row>) {
  const figures = [0.99, 1, 1, 1, 1.01].map((share) => share * figure)
  return measured({ ...OF, variant, ...rest }, figures)
}

function rate(variant: string, figure: number, cpus = 64, traffic = 'crr') {
  return row(variant, figure, { metric: 'rate', unit: '1/s', cpus, settings: { traffic } })
}

function count(variant: string, metric: string, figure: number) {
  return measured({ ...OF, variant, metric, unit: 'each', settings: { traffic: 'send' } }, [
    figure,
  ])
}

function claims(...rows: ReturnType<typeof rate>[]): string {
  return lockingFindings(new Results(rows))
    .map(({ claim }) => claim)
    .join('\n')
}

describe('the findings of socket-locking', () => {
  it('set every scheme beside the historical one, with the most CPUs', () => {
    const few = [rate('split', 1e6, 4), rate('direction', 9e6, 4)]
    const text = claims(...few, rate('split', 2e6), rate('so-lock', 4e6), rate('direction', 5e6))
    expect(text).toMatch(/^64 CPUs, connections at a listener for each pair: split does 2\.00 M/)
    expect(text).toMatch(/so-lock 2\.00×.*and direction 2\.50×.*the most is direction's/)
    expect(text).not.toContain('9.00')
  })

  it('say that the historical one does most where it does', () => {
    expect(claims(rate('split', 3e6), rate('direction', 1e6))).toContain("the most is split's")
  })

  it('name none where the runs leave it open', () => {
    const wide = measured(
      { ...OF, metric: 'rate', unit: '1/s', variant: 'direction', settings: { traffic: 'crr' } },
      [1e6, 4e6, 2e6, 5e6, 3e6],
    )
    expect(claims(rate('split', 2e6, 1), wide)).toContain('none does certainly most')
  })

  it('say what a call takes, by scheme', () => {
    const figures = { 'lock-pairs': 5, relocks: 1, atomics: 10, 'line-moves': 1.5 }
    const rows = Object.entries(figures).map(([metric, figure]) => count('split', metric, figure))
    expect(claims(...rows)).toMatch(/^A send takes.*split 5\.0 \/ 1\.0 \/ 10\.0 \/ 1\.5\.$/)
  })

  it('say what a listener for each thread would bring', () => {
    const text = claims(rate('so-lock', 8e6), rate('so-lock', 4e5, 64, 'crr-one'))
    expect(text).toMatch(/SO_REUSEPORT_LB.*would bring 8\.00 M\/s with so-lock, .*of 400 k\/s/)
  })

  it('speak of nothing that was not measured', () => {
    expect(lockingFindings(new Results([]))).toEqual([])
  })
})

describe('what the model checker found of the schemes', () => {
  const judge = (scheme: string, promise: string, verdict: 'holds' | 'fails'): Judged => {
    return { scheme, program: promise, promise, result: { verdict, executions: 7 } as never }
  }

  it('counts what each scheme keeps, and names those that keep all', () => {
    const judged = [
      judge('split', 'one', 'fails'),
      judge('split', 'two', 'holds'),
      judge('direction', 'one', 'holds'),
      judge('direction', 'two', 'holds'),
    ]
    const claim = keptFindings(judged)[0]?.claim
    expect(claim).toContain('split 1 of 2 in 7 executions and direction 2 of 2 in 14 executions')
    expect(claim).toContain('All are kept by direction: one; two.')
  })
})
