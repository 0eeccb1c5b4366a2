import type { Variant } from '@smpnet/testing'
import type { Entrant, Job } from '../model/job.ts'
import type { KernelTold } from '../model/kernel-told.ts'
import type { MachineKind } from '../model/row.ts'
import type { Workload } from '../model/workload.ts'

/** Something that can carry a workload: our stack, or an alternative to it. */
export interface NetperfVariant {
  readonly name: string
  readonly summary: string
  /** Whether it is measured when `--variants` does not say. */
  readonly compared: boolean
  /** The machines it runs on. */
  readonly machines: readonly MachineKind[]
  /** Whether it can carry a workload between pairs. */
  carries(workload: Workload): boolean
  /** What the bench harness runs for a job on the live machine. */
  live(job: Job, entrant: Entrant, told: KernelTold): Variant
}

/** Whether a workload is for what carries bytes, in pieces of any size. */
export function carriesStreams({ channel }: Workload): boolean {
  return channel?.over === 'stream' || channel?.over === 'connections'
}

/** Whether a workload is for what carries datagrams. */
export function carriesDatagrams({ channel }: Workload): boolean {
  return channel?.over === 'datagrams'
}

/** URL of a worker module of this package; the build puts them all beside each other. */
export function workerModule(name: string): string {
  return new URL(`./${name}.js`, import.meta.url).href
}
