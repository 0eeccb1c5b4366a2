import type { MessagePort } from 'node:worker_threads'
import type { SliceRun, TeamThread } from '@smpnet/testing'
import { acceptPorts, dialPort, messagePortChannel } from './message-port-channel.ts'
import {
  bindCpu,
  type ChannelJob,
  connectionProgram,
  runChannels,
  runConnections,
} from './run-channels.ts'

/** The ports of the pairs that have an end on this CPU. */
export interface MessagePortJob extends ChannelJob {
  readonly clients: readonly MessagePort[]
  readonly servers: readonly MessagePort[]
}

/** One CPU of `message-port`: its ends of all pairs. */
export function messagePortCpu(job: MessagePortJob, thread: TeamThread): SliceRun {
  bindCpu(job, thread)
  const { clients, servers } = job
  const program = connectionProgram(job)
  if (program !== undefined) {
    for (const port of servers) acceptPorts(port, (accepted) => program.serve(accepted, job))
    return runConnections(
      job,
      program,
      clients.map((port) => () => dialPort(port)),
    )
  }
  return runChannels(job, clients.map(messagePortChannel), servers.map(messagePortChannel))
}
