import type { Finding } from './finding.ts'

/** What an experiment shows besides what it measures, such as a schedule; text of lines. */
export interface Exhibit {
  readonly title: string
  readonly text: string
  readonly findings: readonly Finding[]
}
