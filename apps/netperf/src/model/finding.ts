import os from 'node:os'
import { type Estimate, estimate } from '@smpnet/testing'
import { cpusText } from './formatted.ts'
import type { Measured, MachineKind } from './row.ts'

/** What an experiment says at its end, with the numbers that it is computed from. */
export interface Finding {
  /** A sentence. */
  readonly claim: string
  readonly machine: MachineKind
  /** The simulated machine's profile; live, the model of this computer's CPU. */
  readonly profile: string
  readonly evidence: readonly Evidence[]
  /** Whether its figures do not bear it; absent when they do. */
  readonly isOpen?: true
}

/** What is found, before it is said on which machine. */
export type Claim = Pick<Finding, 'claim' | 'evidence'>

/** A figure with its uncertainty. */
export interface Evidence extends Estimate {
  /** What was estimated: `rmlock over rwlock, throughput, 64 CPUs`. */
  readonly of: string
  readonly unit: string
}

/** Claims about one simulated machine. */
export function simFindings(profile: string, claims: readonly Claim[]): Finding[] {
  return claims.map((claim) => ({ ...claim, machine: 'sim', profile }))
}

/** Claims about this computer. */
export function liveFindings(claims: readonly Claim[]): Finding[] {
  const profile = os.cpus()[0]?.model ?? 'unknown CPU'
  return claims.map((claim) => ({ ...claim, machine: 'live', profile }))
}

/** A ratio as evidence. */
export function ratioEvidence(of: string, ratios: Estimate): Evidence {
  return { of, unit: '×', ...ratios }
}

/** A measured figure as evidence. */
export function figureEvidence({ row, figures }: Measured): Evidence {
  const { workload, metric, variant, settings = {}, cpus, unit } = row
  const labels = Object.entries(settings).map(([name, value]) => `${name} ${value}`)
  const of = [variant, `${workload} ${metric}`, ...labels, cpusText(cpus)].join(', ')
  return { of, unit, ...estimate(figures) }
}

/** `a`, `a and b`, `a, b and c`. */
export function listText(items: readonly string[]): string {
  const last = items.at(-1) ?? ''
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`
}
