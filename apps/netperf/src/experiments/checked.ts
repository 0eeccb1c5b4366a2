import type { Exploration } from '@smpnet/interleave'
import type { Evidence, Finding } from '../model/finding.ts'

/** Where findings of the model checker are from. */
const CHECKER = 'the model checker'

type Shown = Pick<Exploration, 'failure' | 'summary'>

/**
 * The schedule with the steps that others see; those under a lock are many and tell little, and
 * neither do those of a check that looks over a program's shoulder, if it has one.
 */
export function scheduleText({ failure, summary }: Shown, check?: RegExp): string {
  if (failure === undefined) return summary
  const lines = failure.text.split('\n')
  const shown = lines.filter((line) => {
    return !/^\s*(?:read|write) [\w$#]*\[/.test(line) && check?.test(line) !== true
  })
  const left = lines.length - shown.length
  return [...shown, `(${left} reads and writes under locks are left out)`].join('\n')
}

/** What the model checker has found. */
export function checkedFinding(claim: string, evidence: readonly Evidence[]): Finding {
  return { claim, machine: 'sim', profile: CHECKER, evidence }
}

/** A count that has no chance in it. */
export function exactCount(of: string, value: number): Evidence {
  return { of, unit: '', median: value, low: value, high: value, confidence: 1, runs: 1 }
}
