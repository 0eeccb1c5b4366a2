import type { Exhibit } from '../model/exhibit.ts'
import type { Finding } from '../model/finding.ts'
import type { Survival } from '../vary/surviving-claims.ts'
import type { Row } from '../model/row.ts'
import { type Answer, commandOf } from './answer.ts'

/** An answer as `--json` prints it. */
export interface AnswerDocument {
  readonly experiment: string
  readonly question: string
  readonly command: string
  /** Whether it is of a part of the plan; absent when it is of the whole. */
  readonly interrupted?: true
  readonly rows: readonly Row[]
  readonly findings: readonly Finding[]
  /** What was shown that is not measured; absent when there is none. */
  readonly exhibits?: readonly Pick<Exhibit, 'title' | 'text'>[]
  /** Which claims hold on machines whose assumed figures are others; where that was asked. */
  readonly survival?: readonly Survival[]
}

export function answerDocument(answer: Answer): AnswerDocument {
  const { experiment, results, findings, part, survival, exhibits = [] } = answer
  const shown = exhibits.map(({ title, text }) => ({ title, text }))
  return {
    experiment: experiment.name,
    question: experiment.question,
    command: commandOf(answer),
    ...(part && { interrupted: true }),
    rows: results.measured.map(({ row }) => row),
    findings,
    ...(shown.length > 0 && { exhibits: shown }),
    ...(survival && { survival }),
  }
}
