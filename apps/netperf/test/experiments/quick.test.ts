import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { readMostlyFindings } from '../../src/experiments/read-mostly/read-mostly-findings.ts'
import { judged } from '../../src/inference/judged.ts'
import { Results } from '../../src/model/results.ts'
import { measuredOf } from '../../src/model/row.ts'
import { netperf, rowsOf } from '../run-netperf.ts'

/** What read-mostly says of a few locks, from runs of so many virtual ms each. */
async function winnerOf(seed: number, durationMs: number): Promise<string> {
  const args = ['run', 'list_walk', '--machine', 'sim', '--profile', 'xeon-8176', '--cpus', '4']
  const of = ['--lock', 'rwlock,epoch,smr', '--writes', '10%', '--runs', '5', '--json']
  const time = ['--seed', String(seed), '--duration', `${5 * durationMs}ms`]
  const rows = rowsOf(await netperf([...args, ...of, ...time]))
  const findings = judged(readMostlyFindings(new Results(rows.map(measuredOf))))
  const [found] = findings.filter(({ claim }) => /does (?:certainly )?most/.test(claim))
  return found?.claim ?? ''
}

const SEEDS = thorough(20, 3)

describe('a quick look', () => {
  it(`agrees with the full run, or says that it cannot tell, with ${SEEDS} seeds`, async () => {
    const full = /: (\w+) does most/.exec(await winnerOf(1000, 2))?.[1]
    const claims: string[] = []
    for (let seed = 1; seed <= SEEDS; seed++) claims.push(await winnerOf(seed, 0.1))
    for (const claim of claims) {
      const quick = /: (\w+) does most/.exec(claim)?.[1]
      const isOpen = /none does certainly most|^Cannot tell/.test(claim)
      expect([claim, isOpen || quick === full]).toEqual([claim, true])
    }
  }, 600_000)
})
