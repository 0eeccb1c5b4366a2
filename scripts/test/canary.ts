import type { Files } from './planted-tree.ts'

/** A planted violation: the rule that must fire, where, and what is planted. */
export interface Canary {
  readonly rule: string
  readonly what: string
  readonly at: string
  readonly plant: Files
}
