import type { StackStatistics } from '@smpnet/stack'
import type { Captured } from './captured.ts'
import type { KernelCounts } from './kernel-counts.ts'
import type { Labels, Measured, Row } from './row.ts'

/** What our kernel counted in a variant of a job: live in all its runs, simulated in the last. */
export interface RunStatistics
  extends Pick<Row, 'workload' | 'machine' | 'variant' | 'cpus' | 'profile' | 'seed'> {
  readonly settings?: Labels
  readonly kernel: StackStatistics
  /** What was counted in the last slice, while its operations were measured. */
  readonly counted?: { readonly operations: number; readonly of: KernelCounts }
}

/** What a job came to. */
export interface JobResult {
  readonly rows: readonly Measured[]
  /** Of the kernels that were asked; mostly of none. */
  readonly statistics: readonly RunStatistics[]
  /** What links captured, where that was asked for. */
  readonly captured?: Captured | undefined
}
