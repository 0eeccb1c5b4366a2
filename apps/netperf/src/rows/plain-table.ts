import Table from 'cli-table3'
import pc from 'picocolors'

const LINES = ['top', 'bottom', 'left', 'right', 'mid', 'left-mid', 'mid-mid', 'right-mid']
const CORNERS = ['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right']

/** Space between columns instead of lines: a table that can be pasted anywhere. */
const NO_LINES = Object.fromEntries([...LINES, ...CORNERS].map((part) => [part, '']))

export type Align = 'left' | 'right'

/** Text in columns below a bold head; an empty row is an empty line. */
export function plainTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  aligns: readonly Align[],
): string {
  const table = new Table({
    head: head.map((text) => pc.bold(text)),
    chars: { ...NO_LINES, middle: ' ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1, compact: true },
    colAligns: [...aligns],
  })
  for (const row of rows) table.push([...row])
  const lines = table.toString().split('\n')
  return lines.map((line) => line.trimEnd()).join('\n')
}
