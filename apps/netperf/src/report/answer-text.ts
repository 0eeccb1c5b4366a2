import pc from 'picocolors'
import type { Finding } from '../model/finding.ts'
import { viewTables } from '../views/view-tables.ts'
import { type Answer, commandOf, intervalNote, partText } from './answer.ts'
import { wrapped } from '../output/wrapped.ts'

/** The answer for a terminal: the question, tables, and what they come to. */
export function answerText(answer: Answer): string {
  const { experiment, results, findings, exhibits = [] } = answer
  const part = partText(answer)
  const tables = experiment.tables.map((view) => viewTables(view, results.measured))
  const parts = [
    ...(part === undefined ? [] : [pc.bold(wrapped(part))]),
    pc.bold(wrapped(experiment.question)),
    ...exhibits.map(({ title, text }) => `${pc.bold(wrapped(title))}\n\n${text}`),
    ...tables.filter((text) => text !== ''),
    ...(part === undefined
      ? [pc.bold('Findings'), ...findings.map(findingText), pc.dim(wrapped(intervalNote(answer)))]
      : [pc.bold(wrapped(part))]),
    pc.dim(commandOf(answer)),
  ]
  return `${parts.map((part) => part.trimEnd()).join('\n\n')}\n`
}

function findingText({ claim, machine, profile }: Finding): string {
  const where = machine === 'live' ? 'this computer' : profile
  return wrapped(`${where}: ${claim}`, '• ', '  ')
}
