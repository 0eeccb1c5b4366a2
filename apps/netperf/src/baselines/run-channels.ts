import type { SliceRun } from '@smpnet/testing'
import { workloads } from '../workloads/index.ts'
import type { Workload } from '../model/workload.ts'
import type { Channel, ChannelProgram } from '../model/channel.ts'
import type { PairShape } from '../model/pair-shape.ts'

/** The part of a job that each CPU of an alternative needs; it can be cloned. */
export interface ChannelJob extends PairShape {
  readonly workload: string
  readonly cpus: number
}

/** Lets the servers answer, and returns the slice that drives all clients of this CPU at once. */
export function runChannels(
  job: ChannelJob,
  clients: readonly Channel[],
  servers: readonly Channel[],
): SliceRun {
  const program = (workloads.get(job.workload) as Workload).channel as ChannelProgram
  for (const server of servers) program.serve(server, job)
  if (clients.length === 0) return () => 0
  return async (slice) => {
    const counts = await Promise.all(clients.map((end) => program.drive(end, job, slice)))
    return counts.reduce((sum, count) => sum + count, 0)
  }
}
