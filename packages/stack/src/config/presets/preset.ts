import type { StackInput } from '../stack-config.ts'

/** A configuration but for its machine, which boots on any. */
export type PresetInput = Omit<StackInput, 'machine'>

/** A kernel that has a name. */
export interface Preset {
  readonly name: string
  /** What it is, in a line. */
  readonly summary: string
  readonly input: PresetInput
}
