/** The words that are most like what came, the likest first: at most `most` of them. */
export function nearest(came: string, words: readonly string[], most = 3): string[] {
  const ranked = words.map((word) => ({ word, edits: distance(came, word) }))
  ranked.sort((one, other) => one.edits - other.edits)
  return ranked.slice(0, most).map(({ word }) => word)
}

/** Letters to insert, take away or change until one text is the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const changed = row[j - 1]! + Number(one[i - 1] !== other[j - 1])
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[other.length]!
}
