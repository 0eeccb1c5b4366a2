import type { Finding } from '../model/finding.ts'

/** What became of a claim on machines that are as likely as the one it was made of. */
export interface Survival {
  readonly claim: string
  readonly profile: string
  /** On how many of the machines the same was found, in the same words. */
  readonly held: number
  readonly machines: number
  /** The figure that the claim rests on first: its median here, and from least to most there. */
  readonly figure?: { readonly of: string; readonly median: number; readonly range: Range }
}

type Range = readonly [least: number, most: number]

/**
 * A claim survives where its words are the same: what is first, what falls and what rises, and up
 * to how much; numbers in it may be others, and say by how much they depend on what was assumed.
 */
export function survivingClaims(
  findings: readonly Finding[],
  drawn: readonly (readonly Finding[])[],
): Survival[] {
  return findings
    .filter(({ machine }) => machine === 'sim')
    .map((finding) => {
      const { claim, profile } = finding
      const same = drawn.flatMap((others) => others.find((other) => isSame(finding, other)) ?? [])
      const [first] = finding.evidence
      const medians = same.flatMap(({ evidence: [own] }) => (own ? [own.median] : []))
      const range = [Math.min(...medians), Math.max(...medians)] as const
      const figure = first && medians.length > 0 && { of: first.of, median: first.median, range }
      return {
        claim,
        profile,
        held: same.length,
        machines: drawn.length,
        ...(figure && { figure }),
      }
    })
}

function isSame(one: Finding, other: Finding): boolean {
  return one.profile === other.profile && words(one.claim) === words(other.claim)
}

/** A sentence without its figures, their units and their intervals. */
function words(claim: string): string {
  return claim
    .replaceAll(/\s\([^()]*\d[^()]*\)/g, '')
    .replaceAll(/[-+−]?\d[\d.,]*(?:\s?(?:ns|µs|ms|s|%|×|[kMG]?\/s|[kMG]B\/s))?/g, '#')
    .replaceAll(/\s+/g, ' ')
}
