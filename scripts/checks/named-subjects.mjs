import { commentsOf, wordsIn } from '../lib/comments.mjs'
import { codeUnder } from '../lib/files.mjs'
import { workspaces } from '../lib/workspaces.mjs'

/**
 * A sentence about several threads can be read once only when its subject is a noun: waiter,
 * owner, waker, caller, CPU. "Who" that opens a sentence stands for one of them and says not which,
 * and is always reported. Elsewhere it may now and then be the better word, so what counts is how
 * often it comes; a package above the limit is shown each place.
 */
export const namedSubjects = {
  name: 'named-subjects',
  rules: ['who-opens', 'who-often'],
  run(root) {
    return measured(root).flatMap(({ words, mentions }) => {
      const allowed = Math.floor((words * MOST_PER_THOUSAND) / 1000)
      const isOften = mentions.length > allowed
      return mentions.flatMap((mention) => {
        if (mention.opens) return [opening(mention)]
        return isOften ? [often(mention, mentions.length, words, allowed)] : []
      })
    })
  },
}

const MOST_PER_THOUSAND = 1

const WHO = /\b(who|whoever|whom|whomever|whose)\b/gi
/** The start of a comment, the end of a sentence, the head of a paragraph or of a list's item. */
const OPENING = /(^|[.!?:]["”)]?\s+|\n\s*\n|\n\s*[-*]\s+)\s*$/

/** The comments of each package: how many words they have, and where "who" is one of them. */
export function measured(root) {
  return workspaces(root).map(({ dir }) => {
    const comments = codeUnder(root, `${dir}/src`).flatMap((file) =>
      commentsOf(root, file).map((comment) => ({ file, ...comment })),
    )
    const words = comments.reduce((sum, { text }) => sum + wordsIn(text), 0)
    return { dir, words, mentions: comments.flatMap(mentionsIn) }
  })
}

/** "Whose" asks for a noun by itself, and so it counts only where it opens a sentence. */
function mentionsIn({ file, line, text }) {
  return [...text.matchAll(WHO)].flatMap(({ 0: word, index }) => {
    const before = text.slice(0, index)
    const opens = OPENING.test(before)
    if (/whose/i.test(word) && !opens) return []
    return [{ file, line: line + before.split('\n').length - 1, word, opens }]
  })
}

function opening({ file, line, word }) {
  const message = 'A sentence names its subject'
  return { file, line, rule: 'who-opens', message, expected: 'a noun', found: `"${word}"` }
}

function often({ file, line, word }, count, words, allowed) {
  return {
    file,
    line,
    rule: 'who-often',
    message: 'A sentence names its subject',
    expected: `a noun, or at most ${allowed} in the ${words} words of this package's comments`,
    found: `"${word}", of ${count}`,
  }
}
