import { bindThread } from '@smpnet/machine/live'
import type { Slice, SliceRun, TeamThread } from '@smpnet/testing'
import { workloads } from '../workloads/index.ts'
import type { Workload } from '../model/workload.ts'
import type {
  Carried,
  Channel,
  ChannelProgram,
  Connection,
  ConnectionProgram,
} from '../model/channel.ts'
import type { PairShape } from '../model/pair-shape.ts'

/** The part of a job that each CPU of an alternative needs; it can be cloned. */
export interface ChannelJob extends PairShape {
  readonly workload: string
  readonly cpus: number
  /** The core of each CPU's thread; none where it is the operating system's choice. */
  readonly on: readonly number[]
}

/** Binds the thread of a CPU to the core that the job says, as that of our kernel's is. */
export function bindCpu({ on }: ChannelJob, { index }: TeamThread): void {
  if (on.length > 0) bindThread(on[index] as number)
}

/** Lets the servers answer, and returns the slice that drives all clients of this CPU at once. */
export function runChannels(
  job: ChannelJob,
  clients: readonly Channel[],
  servers: readonly Channel[],
): SliceRun {
  const program = carriedBy(job) as ChannelProgram
  for (const server of servers) program.serve(server, job)
  return atOnce(clients.map((end) => (slice) => program.drive(end, job, slice)))
}

/** The slice that drives all clients of this CPU at once, each over connections of its own. */
export function runConnections(
  job: ChannelJob,
  program: ConnectionProgram,
  dials: readonly (() => Connection)[],
): SliceRun {
  return atOnce(dials.map((dial) => (slice) => program.drive(dial, job, slice)))
}

/** What a job's workload does over connections; undefined for one that is over channels. */
export function connectionProgram(job: ChannelJob): ConnectionProgram | undefined {
  const program = carriedBy(job)
  return program.over === 'connections' ? program : undefined
}

function carriedBy({ workload }: ChannelJob): Carried {
  return (workloads.get(workload) as Workload).channel as Carried
}

function atOnce(drives: readonly ((slice: Slice) => Promise<number>)[]): SliceRun {
  if (drives.length === 0) return () => 0
  return async (slice) => {
    const counts = await Promise.all(drives.map((drive) => drive(slice)))
    return counts.reduce((sum, count) => sum + count, 0)
  }
}
