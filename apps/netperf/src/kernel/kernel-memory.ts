import type { Arena } from '@smpnet/memory'
import type { Lot } from '@smpnet/sync'
import { LatencyRecorder } from '@smpnet/testing'
import { workloads } from '../workloads/index.ts'
import type { Workload } from '../model/workload.ts'
import type { ClientReport, KernelArgs, Pace } from './kernel-args.ts'
import type { KernelProgram } from '../model/kernel-program.ts'
import { ONLY, type KernelSliceResult } from '../model/kernel-slice.ts'

/** What of a job decides how its kernel is laid out; it can be cloned. */
export interface KernelJob {
  readonly workload: string
  readonly settings: unknown
  readonly seed: number
  readonly cpus: number
  readonly memoryBytes?: number
}

/** For the lot, the mailboxes and tables of the program's own. */
const SLACK_BYTES = 1024 * 1024
const BYTES_PER_CPU = 64 * 1024

export function programOf(job: Pick<KernelJob, 'workload'>): KernelProgram {
  return (workloads.get(job.workload) as Workload).kernel
}

/** How many reports end a slice. */
export function clientsOf(job: KernelJob): number {
  return programOf(job).clients(job.settings, job.cpus)
}

/** The lot's bounds: the program's threads, and whoever starts and paces the machine. */
export function lotShapeOf(job: KernelJob): { waiters: number; threads: number } {
  const { threads } = programOf(job).needs(job.settings, job.cpus)
  return { waiters: threads + 8, threads: 1 }
}

/** The memory that a job's kernel has: what was asked for, or what its program needs. */
export function memoryBytesOf(job: KernelJob): number {
  const { bytes } = programOf(job).needs(job.settings, job.cpus)
  const needed = SLACK_BYTES + bytes + job.cpus * BYTES_PER_CPU
  return job.memoryBytes ?? Math.ceil(needed / 4096) * 4096
}

/** Places what the CPUs of a job share and returns what they are started with. */
export function placeKernel(job: KernelJob, arena: Arena, lot: Lot, pace: Pace): KernelArgs {
  const { workload, settings, seed, cpus } = job
  const shared = programOf(job).place(settings, { arena, lot, cpus })
  return { workload, settings, seed, shared, pace }
}

/** What the clients' reports of one slice come to together. */
export function sliceResult(reports: readonly ClientReport[]): KernelSliceResult {
  const startNs = Math.min(...reports.map((report) => report.startNs))
  const endNs = Math.max(...reports.map((report) => report.endNs))
  const all = new Map<string, LatencyRecorder>()
  for (const { slots } of reports) {
    for (const [name, counts] of Object.entries(slots)) {
      const sum = all.get(name) ?? new LatencyRecorder()
      sum.add(new LatencyRecorder(counts))
      all.set(name, sum)
    }
  }
  const count = reports.reduce((sum, report) => sum + report.count, 0)
  const latency = all.get(ONLY)
  all.delete(ONLY)
  const latencies = all.size > 0 ? { latencies: Object.fromEntries(all) } : {}
  return { count, ns: Math.max(1, endNs - startNs), ...(latency && { latency }), ...latencies }
}
