/** Rows of text as aligned columns; `right` holds the numbers of the columns that hold figures. */
export function table(head, rows, right = []) {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)))
  const pad = (text, column) =>
    right.includes(column) ? text.padStart(widths[column]) : text.padEnd(widths[column])
  return all.map((row) => row.map(pad).join('  ').trimEnd()).join('\n')
}

/** Bytes for people, in units of a thousand. */
export function inKilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`
}
