import type { Exploration } from '../explore.ts'

/** What a Vitest matcher returns. */
export interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

/** Whether a program holds: nothing wrong was found, and nothing was left out. */
function toHold(exploration: Exploration): MatcherResult {
  const pass = exploration.verdict === 'holds'
  const message = (): string =>
    [exploration.summary, exploration.failure?.text].filter((t) => t !== undefined).join('\n\n')
  return { pass, message }
}

/** Whether a program fails, in the way that is named if one is; `text` is in the message. */
function toFailWith(exploration: Exploration, kind?: string, text?: string): MatcherResult {
  const { failure } = exploration
  const isKind = failure !== undefined && (kind === undefined || failure.kind === kind)
  const pass = isKind && (text === undefined || failure.message.includes(text))
  const wanted = `expected a failure${kind ? ` of kind ${kind}` : ''}${
    text ? ` that says ${text}` : ''
  }`
  return { pass, message: () => `${wanted}, got: ${exploration.summary}` }
}

/** Matchers for explorations: `expect.extend(matchers)` once, then `expect(result).toHold()`. */
export const matchers = { toHold, toFailWith }
