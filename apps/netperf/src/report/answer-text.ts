import pc from 'picocolors'
import type { Finding } from '../model/finding.ts'
import { viewTables } from '../views/view-tables.ts'
import { type Answer, commandOf, intervalNote, partText } from './answer.ts'
import type { Survival } from '../vary/surviving-claims.ts'
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
      ? [
          pc.bold('Findings'),
          ...findings.map(findingText),
          pc.dim(wrapped(intervalNote(answer))),
          ...survivalTexts(answer),
        ]
      : [pc.bold(wrapped(part))]),
    pc.dim(commandOf(answer)),
  ]
  return `${parts.map((part) => part.trimEnd()).join('\n\n')}\n`
}

function survivalTexts({ survival }: Answer): string[] {
  if (survival === undefined) return []
  const machines = survival[0]?.machines ?? 0
  const drawn = 'whose assumed figures are drawn from their ranges'
  const title = `What survives on ${machines} machines ${drawn}`
  return [pc.bold(wrapped(title)), ...survival.map(survivalText)]
}

function survivalText({ claim, profile, held, machines, figure }: Survival): string {
  const verdict = held === machines ? 'survives' : `holds on ${held} of ${machines}`
  const [least, most] = figure?.range ?? [0, 0]
  const numbers = [figure?.median ?? 0, least, most].map((value) => Number(value.toPrecision(3)))
  const spread = figure
    ? ` (${figure.of}: ${numbers[0]} here, ${numbers[1]} to ${numbers[2]})`
    : ''
  return wrapped(`${verdict}${spread}: ${profile}: ${claim}`, '• ', '  ')
}

function findingText({ claim, machine, profile }: Finding): string {
  const where = machine === 'live' ? 'this computer' : profile
  return wrapped(`${where}: ${claim}`, '• ', '  ')
}
