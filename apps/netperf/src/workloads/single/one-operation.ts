import type { KernelProgram } from '../../model/kernel-program.ts'
import type { Place, Workload } from '../../model/workload.ts'

/** Nothing can be told. */
export type NoOptions = object

const LIVE_BATCH = 64

/** Operations between two readings of the clock: a live one takes as long as some of them. */
function batchOf({ machine }: Place): number {
  return machine === 'sim' ? 1 : LIVE_BATCH
}

interface OneOperation {
  readonly name: string
  readonly summary: string
  /** What one operation is called in results; the workload's name unless told. */
  readonly metric?: string
  readonly detail?: string
}

/** A workload that does one thing again and again; its program is told how often in a row. */
export function oneOperation<Shared>(
  kernel: KernelProgram<number, Shared>,
  { name, summary, metric = name, detail = 'bare' }: OneOperation,
): Workload<NoOptions, number> {
  return {
    name,
    machines: ['sim', 'live'],
    summary,
    options: {},
    metrics: [
      { name: metric, unit: 'ns', from: 'latency' },
      { name: 'rate', unit: '1/s', from: 'count' },
    ],
    configure: (_options, place) => ({
      detail,
      configurations: [{ name, settings: batchOf(place) }],
    }),
    kernel,
  }
}
