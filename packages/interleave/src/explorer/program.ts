import type { RacePolicy } from '../engine/core.ts'
import { Explorer, type Setup } from './explorer.ts'

/** What is explored: a program, and what is asked of it. */
export interface Program {
  readonly setup: Setup
  readonly races: RacePolicy
  /** How many threads die in one execution at most. */
  readonly deaths: number
  /** How many waits time out in one execution at most. */
  readonly timeouts: number
}

export function explorerOf({ setup, races, deaths, timeouts }: Program): Explorer {
  return new Explorer(setup, races, deaths, timeouts)
}
