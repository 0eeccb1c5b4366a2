/** The lines of a document with code blanked, so that the others keep their number. */
export function proseLines(text) {
  let fence
  return text.split('\n').map((line) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence) {
      if (mark?.startsWith(fence)) fence = undefined
      return ''
    }
    fence = mark
    return mark ? '' : line.replace(/`[^`]*`/g, (span) => ' '.repeat(span.length))
  })
}

/** Fenced blocks in order, each with its info string split at spaces. */
export function fencedBlocks(text) {
  const found = text.matchAll(/^(`{3,})([^\n`]*)\n([\s\S]*?)^\1\s*$/gm)
  return [...found].map(([, , info, code]) => ({ info: info.trim().split(/\s+/), code }))
}

/** Where links of a document point, with their lines; images, references and HTML included. */
export function linksOf(text) {
  const patterns = [/\]\(<?([^()\s>]+)>?(?:\s+"[^"]*")?\)/g, /^\[[^\]]+\]:\s*(\S+)/g]
  const html = /<(?:a|img)\s[^>]*(?:href|src)="([^"]+)"/g
  return proseLines(text).flatMap((line, index) =>
    [...patterns, html].flatMap((pattern) =>
      [...line.matchAll(pattern)].map(([, target]) => ({ target, line: index + 1 })),
    ),
  )
}

/** The anchors that GitHub gives to a document's headings. */
export function anchorsOf(text) {
  const unspanned = text.replace(/^(#{1,6} .*)$/gm, (line) => line.replaceAll('`', ''))
  return new Set(
    proseLines(unspanned)
      .filter((line) => /^#{1,6} /.test(line))
      .map((line) => line.replace(/^#+ /, '').trim().toLowerCase())
      .map((title) => title.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-')),
  )
}
