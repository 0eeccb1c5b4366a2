import type { Finding } from '../../src/model/finding.ts'

/** What two answers to a question say the contrary of: ratios that one has above 1, one below. */
export function contradictions(one: readonly Finding[], other: readonly Finding[]): string[] {
  const [own, others] = [sidesOf(one), sidesOf(other)]
  return [...own].flatMap(([of, side]) => {
    const opposite = others.get(of)
    return opposite === undefined || opposite === side ? [] : [`${of}: ${side}, ${opposite}`]
  })
}

type Side = 'more' | 'less'

/** On which side of 1 a ratio certainly is; what a finding leaves open says nothing. */
function sidesOf(findings: readonly Finding[]): Map<string, Side> {
  const sides = new Map<string, Side>()
  for (const { machine, profile, evidence, isOpen } of findings) {
    if (isOpen || machine !== 'sim') continue
    for (const { of, unit, low, high } of evidence) {
      if (unit === '×' && (low > 1 || high < 1)) {
        sides.set(`${profile}, ${of}`, low > 1 ? 'more' : 'less')
      }
    }
  }
  return sides
}
