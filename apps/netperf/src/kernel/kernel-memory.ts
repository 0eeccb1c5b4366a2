import type { Arena } from '@smpnet/memory'
import { SocketZone } from '@smpnet/socket'
import type { Lot } from '@smpnet/sync'
import { LatencyRecorder, type SliceResult } from '@smpnet/testing'
import type { ClientReport, KernelArgs, Pace } from './kernel-args.ts'

/** What of a job decides how its kernel is laid out; it can be cloned. */
export interface KernelJob {
  readonly workload: string
  readonly size: number
  readonly cpus: number
  readonly pairs: number
  readonly memoryBytes?: number
}

/** Bytes that each direction of a socket pair holds. */
const BUFFER_BYTES = 1024 * 1024

/** For the lot, the mailboxes and the zone's own tables. */
const SLACK_BYTES = 1024 * 1024

/** The lot's bounds: two threads for every pair, and whoever starts and paces the machine. */
export function lotShapeOf(job: KernelJob): { waiters: number; threads: number } {
  return { waiters: 2 * job.pairs + 8, threads: 1 }
}

/** The memory that a job's kernel has: what was asked for, or what its pairs need. */
export function memoryBytesOf(job: KernelJob): number {
  const needed = SLACK_BYTES + job.pairs * (2 * BUFFER_BYTES + 4096) + job.cpus * 64 * 1024
  return job.memoryBytes ?? needed - (needed % 4096)
}

/** Places the socket pairs of a job and returns what its CPUs are started with. */
export function placeKernel(job: KernelJob, arena: Arena, lot: Lot, pace: Pace): KernelArgs {
  const { size, pairs, workload } = job
  const zoneHandle = SocketZone.place(arena, { pairs, bufferBytes: BUFFER_BYTES })
  const zone = new SocketZone(lot, zoneHandle)
  const td = lot.waiter()
  const ends = Array.from({ length: pairs }, () => {
    const [client, server] = zone.pairSync(td)
    return [client.handle, server.handle] as const
  })
  return { workload, size, pairs, zone: zoneHandle, ends, pace }
}

/** What the clients' reports of one slice come to together. */
export function sliceResult(reports: readonly ClientReport[]): SliceResult {
  const startNs = Math.min(...reports.map((report) => report.startNs))
  const endNs = Math.max(...reports.map((report) => report.endNs))
  const latency = new LatencyRecorder()
  for (const { slots } of reports) if (slots) latency.add(new LatencyRecorder(slots))
  const count = reports.reduce((sum, report) => sum + report.count, 0)
  return { count, ns: Math.max(1, endNs - startNs), ...(latency.count > 0 && { latency }) }
}
