import { stripVTControlCharacters } from 'node:util'

const COLUMNS = 96

/** The columns of standard output, and at most so many that lines are still read with ease. */
export function textColumns(): number {
  return Math.min(COLUMNS, process.stdout.columns ?? COLUMNS)
}

/** Text in lines of at most so many columns; a word that is longer has a line of its own. */
export function wrapped(text: string, first = '', next = '', columns = textColumns()): string {
  const lines: string[] = []
  let line = first
  for (const word of text.split(/ +/)) {
    const isEmpty = line === first || line === next
    if (!isEmpty && widthOf(line) + 1 + widthOf(word) > columns) {
      lines.push(line)
      line = next + word
    } else {
      line += isEmpty ? word : ` ${word}`
    }
  }
  return [...lines, line].join('\n')
}

/** Colours take no room. */
function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}
