import { formatted } from '../model/formatted.ts'
import { type Finding, figureEvidence, listText } from '../model/finding.ts'
import type { Measured } from '../model/row.ts'

/** What a reader can do about a finding on a machine of their own. */
export interface Advice {
  /** When it applies: what is seen there. */
  readonly when: string
  /** What to look at, as it is typed. */
  readonly look: string
  readonly change: string
  /** What it would bring, from figures. */
  readonly brings: string
  readonly of: readonly Measured[]
}

/** Advice as a finding, with the figures that it is made of; none where there are none. */
export function adviceFinding({ when, look, change, brings, of }: Advice): Finding[] {
  if (of.length === 0) return []
  const profiles = [...new Set(of.map(({ row }) => row.profile as string))]
  const claim =
    `What to do: ${when}, look at \`${look}\`; ${change}. That would bring ${brings}, as far as ` +
    'the simulated machines are like yours: prices that their profiles assume are in it.'
  return [{ claim, machine: 'sim', profile: listText(profiles), evidence: of.map(figureEvidence) }]
}

/** `2.77 µs to 3.06 µs`, or one of them where they are alike. */
export function rangeText(measured: readonly Measured[]): string {
  const { unit } = measured[0]!.row
  const medians = measured.map(({ row }) => row.median)
  const [least, most] = [Math.min(...medians), Math.max(...medians)]
  const [low, high] = [formatted(least, unit), formatted(most, unit)]
  return low === high ? low : `${low} to ${high}`
}
