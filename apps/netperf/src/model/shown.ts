import type { Measured } from './row.ts'
import type { View } from './view.ts'

/** What is shown of a job besides what was measured: of what it is given, such as a file. */
export interface Shown {
  /** What was found there, in sentences. */
  readonly notes: readonly string[]
  readonly rows: readonly Measured[]
  /** How tables and the picture show them. */
  readonly view: View
  /** Where the picture goes, as it was typed; none is drawn without. */
  readonly picture?: string | undefined
}
