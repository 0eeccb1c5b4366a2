import ts from 'typescript'
import { parse } from './syntax.mjs'

/**
 * The comments of a file as prose, each with the line it starts on. The marks of a comment, code
 * spans and addresses are blanked, so that what is left are words; line breaks stay. `//` lines
 * that follow one another are one comment, since their sentences run on.
 *
 * @returns {{ line: number, text: string }[]}
 */
export function commentsOf(root, file) {
  const source = parse(root, file)
  const comments = [...rangesOf(source)].map(({ pos, end }) => ({
    line: source.getLineAndCharacterOfPosition(pos).line + 1,
    text: prose(source.text.slice(pos, end)),
    isLine: source.text[pos + 1] === '/',
  }))
  return joined(comments)
}

/** Words in the sense of a count: runs of letters and digits, with what stands inside them. */
export function wordsIn(text) {
  return text.match(/[\p{L}\p{N}]+(?:['’_-][\p{L}\p{N}]+)*/gu)?.length ?? 0
}

/** In order of place. A comment stands before a token or behind one, and may be seen from both. */
function rangesOf(source) {
  const found = new Map()
  for (const token of tokensOf(source)) {
    for (const range of [
      ...(ts.getLeadingCommentRanges(source.text, token.pos) ?? []),
      ...(ts.getTrailingCommentRanges(source.text, token.end) ?? []),
    ]) {
      found.set(range.pos, range)
    }
  }
  return [...found.values()].sort((one, other) => one.pos - other.pos)
}

function* tokensOf(node) {
  const children = node.getChildren().filter((child) => !isJsDoc(child))
  if (children.length === 0) yield node
  for (const child of children) yield* tokensOf(child)
}

function isJsDoc({ kind }) {
  return kind >= ts.SyntaxKind.FirstJSDocNode && kind <= ts.SyntaxKind.LastJSDocNode
}

function prose(comment) {
  const lines = comment.replace(/\*+\/$/, '').split('\n')
  return lines
    .map((line) => line.replace(/^\s*(\/\*+|\*|\/\/+) ?/, ''))
    .join('\n')
    .replace(/`[^`]*`|https?:\/\/\S+/g, (span) => span.replace(/[^\n]/g, ' '))
}

function joined(comments) {
  const all = []
  for (const { line, text, isLine } of comments) {
    const last = all.at(-1)
    const goesOn = isLine && last?.isLine && last.line + last.text.split('\n').length === line
    if (goesOn) last.text += `\n${text}`
    else all.push({ line, text, isLine })
  }
  return all.map(({ line, text }) => ({ line, text }))
}
