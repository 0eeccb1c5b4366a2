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
  /** What is measured, by how long it may take. */
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

/**
 * How long a plan may take on two free cores: what can be seen in ten seconds, what answers the
 * question within a minute, and all that it speaks of, on the largest machines too, for as long as
 * that takes.
 */
export type Effort = 'quick' | 'full' | 'thorough'
