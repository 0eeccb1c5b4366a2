/** A question about network stacks that one command answers with several configurations. */
export interface Experiment {
  readonly name: string
  /** The question, in a sentence. */
  readonly summary: string
}
