/** Lays rows out in columns: the first column to the left, the others to the right. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => width(line[column]))))
  const drawn = lines.map((line) => widths.map((wide, column) => cell(line[column], wide, column)))
  const text = drawn.map((cells) => cells.join('  ').trimEnd())
  text.splice(1, 0, widths.map((wide) => '-'.repeat(wide)).join('  '))
  return text.join('\n')
}

function cell(text = '', wide: number, column: number): string {
  return column === 0 ? text.padEnd(wide) : text.padStart(wide)
}

function width(text = ''): number {
  return text.length
}
