import { guardsOf, type Row } from './row.ts'
import { expectTable, type Table } from './table.ts'

/** The table as a Mermaid state diagram, which GitHub and many others draw. */
export function mermaid<R extends Row>(table: Table<R>): string {
  expectTable(table)
  const { definition } = table
  const { initial, final = [], rows } = definition
  const arrows = rows.map((row) => `    ${row.state} --> ${row.next} : ${label(row)}`)
  const ends = final.map((state) => `    ${state} --> [*]`)
  return ['stateDiagram-v2', `    [*] --> ${initial}`, ...arrows, ...ends].join('\n')
}

/** The rows as a Markdown table, for readers of plain text. */
export function markdown<R extends Row>(table: Table<R>): string {
  expectTable(table)
  const { definition } = table
  const rows = definition.rows.map((row) => [
    row.state,
    row.event,
    guardsOf(row).join(', '),
    row.next,
    (row.actions ?? []).join(', '),
  ])
  const lines = [['state', 'event', 'if', 'next', 'actions'], ...rows]
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length), 3))
  const print = (line: readonly string[]): string =>
    `| ${line.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`
  const rule = widths.map((width) => '-'.repeat(width))
  return [lines[0]!, rule, ...lines.slice(1)].map(print).join('\n')
}

/**
 * Looks for a table's diagram, by `mermaid` or by `markdown`, in a README's text: '' if it is
 * there as the rows make it, else a sentence with the diagram that was expected.
 */
export function missingDiagram<R extends Row>(text: string, table: Table<R>): string {
  expectTable(table)
  const has = (diagram: string): boolean => text.replaceAll('\r', '').includes(`${diagram}\n`)
  if (has(mermaid(table)) || has(markdown(table))) return ''
  const { of } = table.definition
  return `the text lacks the diagram of ${of}, or has an old one: expected\n\n${mermaid(table)}\n`
}

function label({ event, guard, actions = [] }: Row): string {
  const guards = guardsOf({ guard } as Row)
  const condition = guards.length > 0 ? ` [${guards.join(', ')}]` : ''
  return `${event}${condition}${actions.length > 0 ? ` / ${actions.join(', ')}` : ''}`
}
