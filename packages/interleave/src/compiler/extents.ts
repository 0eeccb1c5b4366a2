const OPEN = '([{'
const CLOSE = ')]}'

/** How many brackets of a text are closed that are in no other. */
function groupsIn(text: string): number {
  let depth = 0
  let groups = 0
  for (const one of text) {
    if (OPEN.includes(one)) depth++
    else if (CLOSE.includes(one) && --depth === 0) groups++
  }
  return groups
}

/**
 * How long the expression is in the text that its author wrote, at a column of a line, which may
 * have types and names that the compiled one has not: it has as many outer brackets, and ends with
 * the last of them. Without brackets it is taken to be the same.
 */
export function extentIn(line: string, column: number, compiled: string): number {
  if (line.startsWith(compiled, column)) return compiled.length
  let left = groupsIn(compiled)
  if (left === 0) return compiled.length
  let depth = 0
  for (let i = column; i < line.length; i++) {
    if (OPEN.includes(line[i]!)) depth++
    else if (CLOSE.includes(line[i]!) && --depth === 0 && --left === 0) return i + 1 - column
  }
  return line.length - column
}
