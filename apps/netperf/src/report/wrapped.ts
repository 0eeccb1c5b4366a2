const COLUMNS = 96

/** Text in lines of at most 96 columns; a word that is longer has a line of its own. */
export function wrapped(text: string, first = '', next = ''): string {
  const lines: string[] = []
  let line = first
  for (const word of text.split(/ +/)) {
    const isEmpty = line === first || line === next
    if (!isEmpty && line.length + 1 + word.length > COLUMNS) {
      lines.push(line)
      line = next + word
    } else {
      line += isEmpty ? word : ` ${word}`
    }
  }
  return [...lines, line].join('\n')
}
