/** A state: what was before step `before`, and then the steps `others`, which do not need it. */
export interface State {
  readonly before: number
  /** Indexes of later steps, in order. */
  readonly others: readonly number[]
}
