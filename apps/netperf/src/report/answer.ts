import type { Effort, Experiment } from '../model/experiment.ts'
import type { Exhibit } from '../model/exhibit.ts'
import type { Finding } from '../model/finding.ts'
import type { Survival } from '../vary/surviving-claims.ts'
import type { MachineKind } from '../model/row.ts'
import type { Results } from '../model/results.ts'

/** An experiment with what came of it. */
export interface Answer {
  readonly experiment: Experiment
  readonly effort: Effort
  readonly seed: string
  readonly results: Results
  readonly findings: readonly Finding[]
  /** What was shown that is not measured; none in what is shown again. */
  readonly exhibits?: readonly Exhibit[]
  /** The command that shows it, when that is no experiment's. */
  readonly command?: string
  /** The only machine that was asked for. */
  readonly machine?: MachineKind | undefined
  /** What became of its claims on machines that are as likely; where that was asked. */
  readonly survival?: readonly Survival[] | undefined
  /** How many jobs of the plan were measured, where it was interrupted. */
  readonly part?: { readonly done: number; readonly of: number } | undefined
}

/** What an interrupted plan says of itself wherever it is shown; nothing of a whole one. */
export function partText({ part }: Answer): string | undefined {
  if (part === undefined) return undefined
  if (part.of === 0) return 'Interrupted: this is of a part of what was asked for.'
  return (
    `Interrupted: ${part.done} of ${part.of} jobs were measured, the last perhaps not to its ` +
    'end. Nothing is found from a part.'
  )
}

/** The command that gives this answer again. */
export function commandOf({ experiment, effort, seed, machine, command }: Answer): string {
  if (command !== undefined) return command
  const asked = effort === 'full' ? '' : ` --${effort}`
  const on = machine === undefined ? '' : ` --machine ${machine}`
  return `netperf experiment ${experiment.name}${asked}${on} --seed ${seed}`
}

/** What the intervals in the findings are. */
export function intervalNote({ findings }: Answer): string {
  const evidence = findings.flatMap((finding) => finding.evidence)
  const confidences = [...new Set(evidence.map(({ confidence }) => confidence))].toSorted()
  if (confidences.length === 0) return ''
  if (confidences.at(-1) === 0) return 'One run each: no intervals; --quick is for a first look.'
  const percents = confidences
    .filter((each) => each > 0)
    .map((each) => `${Math.round(each * 100)} %`)
  return (
    'In brackets: where the median lies, by the sign test over runs with different seeds of one ' +
    'simulated machine, or live at different moments, with a confidence of ' +
    `${percents.join(' or ')}. ` +
    'Over seeds that is how much chance is in the program, and not how near the machine is to a ' +
    'real one: for that, what is assumed of it would have to be true (--vary).'
  )
}
