import { nameOf, type Reason, sentenceOf } from './reasons.ts'

/**
 * What a record of a header is besides: the place where a parser notes what it expected and what
 * came, so that a refusal can be explained and yet is only a number.
 */
export class Judgement {
  /** What the last refusal expected. It means nothing after another verdict. */
  expected = 0
  /** What came instead. */
  came = 0

  /** Notes both and returns `reason`, for the parser to return in its turn. */
  refuse(reason: Reason, expected: number, came: number): Reason {
    this.expected = expected
    this.came = came
    return reason
  }
}

/** The reason with the figures of the judgement: `ips_badvers: the version is 4: 6 came`. */
export function explain(reason: Reason, { expected, came }: Judgement): string {
  const sentence = sentenceOf(reason)
    .replace('{expected}', `${expected}`)
    .replace('{came}', `${came}`)
  return `${nameOf(reason)}: ${sentence}`
}
