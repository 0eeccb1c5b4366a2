import { describe, expect, it } from 'vitest'
import { readMostlyFindings } from '../../src/experiments/read-mostly/read-mostly-findings.ts'
import { Results } from '../../src/model/results.ts'
import { measured } from './measured.ts'

/** Five runs around a figure. */
function around(figure: number): number[] {
  return [0.98, 0.99, 1, 1.01, 1.02].map((share) => figure * share)
}

function throughput(variant: string, cpus: number, writes: number, figures: readonly number[]) {
  return measured({ variant, cpus, settings: { writes } }, figures)
}

function claims(...rows: ReturnType<typeof measured>[]): string[] {
  return readMostlyFindings(new Results(rows)).map(({ claim }) => claim)
}

describe('the findings of read-mostly', () => {
  const walks = [
    throughput('rwlock', 1, 0, around(20e6)),
    throughput('rwlock', 64, 0, around(2e6)),
    throughput('seqc', 1, 0, around(30e6)),
    throughput('seqc', 64, 0, around(1800e6)),
  ]

  it('say what scales, and what does less on many CPUs than on one', () => {
    const [scaling] = claims(...walks)
    expect(scaling).toMatch(/64 CPUs beside one.*with seqc 60\.0×,.*with rwlock 0\.100×\./)
  })

  it('name the kind that does most, whichever it is', () => {
    expect(claims(...walks)[1]).toMatch(/^0 % writes on 64 CPUs: seqc does most, 1\.80 G\/s/)
    expect(claims(...walks.slice(0, 2))[1]).toBe(
      '0 % writes on 64 CPUs: rwlock does most, 2.00 M/s (1.96 M/s–2.04 M/s).',
    )
    const other = throughput('smr', 64, 0, around(1900e6))
    expect(claims(...walks, other)[1]).toMatch(/^0 % writes on 64 CPUs: smr does most/)
  })

  it('do not claim what the runs leave open', () => {
    const usual = throughput('rwlock', 2, 0.01, [10, 11, 9, 10, 10])
    const near = throughput('mutex', 2, 0.01, [10.5, 10.6, 10.7, 9.9, 10.4])
    const text = claims(usual, near).join('\n')
    expect(text).toContain('1 % writes on 2 CPUs: none does certainly most; mutex')
    expect(text).toContain('is first, and not certainly before rwlock')
  })

  it('compare the best with the second best, however far behind the usual lock is', () => {
    const usual = throughput('rwlock', 64, 0.01, around(1e6))
    const epoch = throughput('epoch', 64, 0.01, [9e6, 9.2e6, 8.9e6, 9.1e6, 9e6])
    const smr = throughput('smr', 64, 0.01, [9.1e6, 9e6, 9e6, 9.2e6, 8.9e6])
    expect(claims(usual, epoch, smr).join('\n')).toMatch(
      /none does certainly most; \w+, .*, is first, and not certainly before (smr|epoch)\./,
    )
  })

  it('never set two names of one algorithm against each other', () => {
    const rows = ['rwlock', 'sx'].flatMap((variant) => [
      throughput(variant, 64, 0.01, around(variant === 'sx' ? 2e6 : 1e6)),
      measured(
        { variant, cpus: 64, metric: 'read', unit: 'ns', settings: { writes: 0.01 } },
        around(variant === 'sx' ? 200 : 100),
      ),
    ])
    const text = claims(...rows).join('\n')
    expect(text).toContain('rwlock does most')
    expect(text).toContain(
      'their reads differ in 1 of 1 shares of writes, where there should be none',
    )
  })

  it('say up to which share of writes a fast reader pays', () => {
    const shares = [0, 0.01, 0.1].flatMap((writes, index) => [
      throughput('rwlock', 64, writes, around(1e6)),
      throughput('rmlock', 64, writes, around([9e6, 2e6, 0.5e6][index] as number)),
      throughput('epoch', 64, writes, around(0.9e6)),
    ])
    const text = claims(...shares).join('\n')
    expect(text).toContain('rmlock up to 1 % and epoch never')
  })

  it('carry their evidence with its uncertainty', () => {
    const [first] = readMostlyFindings(new Results(walks))
    expect(first).toMatchObject({ machine: 'sim', profile: 'xeon-8176' })
    expect(first?.evidence[1]).toMatchObject({
      of: 'seqc, throughput on 64 CPUs over 1, no writes',
      unit: '×',
      median: 60,
      confidence: 0.9375,
      runs: 5,
    })
  })

  it('speak of nothing that was not measured', () => {
    expect(claims()).toEqual([])
  })
})
