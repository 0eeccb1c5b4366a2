import type { StackStatistics } from '@smpnet/stack'
import type { Captured } from './captured.ts'

/** Hears what our kernel has to say before it stops. */
export interface KernelTold {
  /** What it has counted, if it was asked. */
  statistics(counted: StackStatistics): void
  /** What its links have captured, if they capture. */
  captured(captured: Captured): void
}
