import type { Exhibit } from './exhibit.ts'
import type { Finding } from './finding.ts'
import type { Results } from './results.ts'
import type { Job } from './job.ts'
import type { View } from './view.ts'

/** A question about network stacks that one command answers with several configurations. */
export interface Experiment {
  readonly name: string
  /** The question, in a few words, for lists. */
  readonly summary: string
  /** The question as its report states it, with what is done to answer it. */
  readonly question: string
  /** What is measured. A quick plan answers in ten seconds what it can. */
  jobs(effort: Effort, seed: number): Job[]
  /** What it shows that is not measured, and what that comes to. */
  exhibits?(effort: Effort): Promise<readonly Exhibit[]>
  /** What is printed; short enough to be read. */
  readonly tables: readonly View[]
  /** What is drawn. */
  readonly pictures: readonly View[]
  /** What the numbers say. Whatever was not measured is not spoken of. */
  findings(results: Results): Finding[]
}

export type Effort = 'full' | 'quick'
