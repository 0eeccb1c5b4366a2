import type { Evidence, Finding } from '../model/finding.ts'

/** What an interval has to be sure of to bear a claim. */
const SURE = 0.9

/**
 * A claim is made where its figures have intervals that bear it: of all runs that agree, or of
 * enough of them. The others are kept, and say that they are no more than a first look.
 */
export function judged(findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => {
    const open = finding.evidence.filter((each) => !isBorne(each))
    if (open.length === 0) return finding
    const runs = Math.min(...open.map((each) => each.runs))
    const why = runs === 1 ? 'one run has no interval' : `${runs} runs have no interval that holds`
    return { ...finding, claim: `Cannot tell yet (${why}): ${finding.claim}`, isOpen: true }
  })
}

/** A constant, such as a counter's quality, has no unit and no chance in it. */
function isBorne({ unit, runs, low, high, confidence }: Evidence): boolean {
  if (unit === '') return true
  return confidence >= SURE || (runs > 1 && low === high)
}
