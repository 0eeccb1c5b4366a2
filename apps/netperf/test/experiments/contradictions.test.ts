import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { ratioEvidence, simFindings, type Finding } from '../../src/model/finding.ts'
import { experiments } from '../../src/catalog/experiments.ts'
import { netperf } from '../run-netperf.ts'
import { contradictions } from './contradictions.ts'

function found(low: number, high: number, isOpen?: true): Finding[] {
  const times = { median: (low + high) / 2, low, high, confidence: 0.94, runs: 5 }
  const claim = { claim: 'One is faster.', evidence: [ratioEvidence('one over other', times)] }
  return simFindings('xeon-8176', [claim]).map((each) => ({ ...each, ...(isOpen && { isOpen }) }))
}

describe('two answers', () => {
  it('contradict each other where one has faster what the other has slower', () => {
    expect(contradictions(found(1.1, 1.2), found(0.8, 0.9))).toEqual([
      'xeon-8176, one over other: more, less',
    ])
    expect(contradictions(found(0.8, 0.9), found(1.1, 1.2))).toHaveLength(1)
  })

  it('do not where they agree, or one cannot tell', () => {
    expect(contradictions(found(1.1, 1.2), found(1.5, 1.6))).toEqual([])
    expect(contradictions(found(1.1, 1.2), found(0.9, 1.1))).toEqual([])
    expect(contradictions(found(1.1, 1.2), found(0.8, 0.9, true))).toEqual([])
  })
})

/** Some forty minutes: a full run of each, and quick ones with twenty seeds. */
const ASKED = thorough([...experiments.keys()], [])

describe.each(ASKED)('netperf experiment %s', (name) => {
  it('says nothing with --quick that the full run says the contrary of', async () => {
    const answer = async (...more: string[]) => {
      const { stdout } = await netperf(['experiment', name, '--machine', 'sim', '--json', ...more])
      return (JSON.parse(stdout) as { findings: Finding[] }).findings
    }
    const full = await answer('--seed', '1000')
    for (let seed = 1; seed <= 20; seed++) {
      const quick = await answer('--quick', '--seed', String(seed))
      expect([seed, contradictions(quick, full)]).toEqual([seed, []])
    }
  })
})
