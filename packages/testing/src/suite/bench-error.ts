/**
 * A bench could not go on: a worker threw, left or hung, or the bench was described wrongly. The
 * message is one sentence that names what was expected and what came; `detail` keeps the stack of
 * what a worker threw, by which that worker can be debugged.
 */
export class BenchError extends Error {
  override readonly name = 'BenchError'
  readonly detail: string | undefined
  /** Whether the bench was asked for something impossible, or failed while it ran. */
  readonly kind: 'usage' | 'run'

  constructor(sentence: string, detail?: string, kind: 'usage' | 'run' = 'run') {
    super(sentence)
    this.detail = detail
    this.kind = kind
  }
}

/** The error for a caller that asked for something impossible. */
export function usageError(sentence: string): BenchError {
  return new BenchError(sentence, undefined, 'usage')
}

/** The first line of whatever was thrown, as it can stand inside a sentence. */
export function thrownText(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  return text.split('\n')[0] ?? ''
}
