import * as counted from './counted.ts'
import * as locks from './locks.ts'
import * as memoryModel from './memory-model.ts'
import * as mutualExclusion from './mutual-exclusion.ts'
import type { LitmusProgram } from './program.ts'
import * as readers from './readers.ts'
import * as structures from './structures.ts'

export type { LitmusProgram }

/** The whole set, by name. */
export const litmus: Readonly<Record<string, LitmusProgram>> = {
  ...memoryModel,
  ...mutualExclusion,
  ...locks,
  ...structures,
  ...readers,
  ...counted,
}
