/** A suite, with its tests, or a test, with how it ended: what a worker tells of a test file. */
export interface Told {
  readonly name: string
  readonly tests?: readonly Told[]
  /** Why it was skipped. */
  readonly note?: string
  readonly error?: { readonly message: string; readonly stack: string }
}
