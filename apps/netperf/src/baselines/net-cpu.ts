import type { SliceRun, TeamThread } from '@smpnet/testing'
import type { ConnectionProgram } from '../model/channel.ts'
import { clientCpu, placementOn, serverCpu } from '../workloads/sockets/placement.ts'
import { netChannel, netConnection, OnRead } from './net-channel.ts'
import {
  connectTo,
  dial,
  Listener,
  listenTo,
  loopback,
  type Listening,
  localPath,
} from './net-connections.ts'
import {
  bindCpu,
  type ChannelJob,
  connectionProgram,
  runChannels,
  runConnections,
} from './run-channels.ts'

/** A job over `node:net`, and how its sockets are used. */
export interface NetJob extends ChannelJob {
  readonly transport: 'tcp' | 'unix'
  /** Whether the receiver of a stream uses one buffer again (`onread`) or takes `data` events. */
  readonly receive: 'onread' | 'data'
}

/** Bytes of the queue and of the receive buffer: less is slower, more is not faster. */
const BUFFER_BYTES = 256 * 1024

/** One CPU of `node-tcp` or `node-unix`: its ends of all pairs. */
export function netCpu(job: NetJob, thread: TeamThread): Promise<SliceRun> {
  bindCpu(job, thread)
  const program = connectionProgram(job)
  return program === undefined ? lasting(job, thread) : passing(job, thread, program)
}

/**
 * The connections of pairs that last. The driving end of a pair listens and the answering end
 * connects, since only that side can receive with `onread`.
 */
async function lasting(job: NetJob, thread: TeamThread): Promise<SliceRun> {
  const here = placementOn(thread.index, job.cpus, job)
  const sizes = sizesOf(job)
  const listener = new Listener(here.clients.length, sizes)
  const addresses = await thread.exchange(await listener.listen(placeOf(job)))
  const connecting = here.servers.map(async (pair) => {
    const address = addresses[clientCpu(pair, job.cpus)] as Listening
    if (!isTuned(job)) return netChannel(await connectTo(address, {}))
    const onRead = new OnRead(BUFFER_BYTES)
    const options = { ...sizes, onread: onRead.options }
    return netChannel(await connectTo(address, options), onRead)
  })
  const servers = await Promise.all(connecting)
  const clients = await listener.accepted()
  return runChannels(
    job,
    clients.map((socket) => netChannel(socket)),
    servers,
  )
}

/** Connections that clients make and servers answer: all servers of a CPU have one address. */
async function passing(
  job: NetJob,
  thread: TeamThread,
  program: ConnectionProgram,
): Promise<SliceRun> {
  const at = await listenTo(placeOf(job), sizesOf(job), (socket) => {
    program.serve(netConnection(socket), job)
  })
  const addresses = await thread.exchange(at)
  const { clients } = placementOn(thread.index, job.cpus, job)
  const dials = clients.map((pair) => {
    const address = addresses[serverCpu(pair, job.cpus, job.place)] as Listening
    if (!isTuned(job)) return () => netConnection(dial(address, {}))
    const onRead = new OnRead(BUFFER_BYTES)
    const options = { ...sizesOf(job), onread: onRead.options }
    return () => netConnection(dial(address, options), onRead)
  })
  return runConnections(job, program, dials)
}

function isTuned({ receive }: NetJob): boolean {
  return receive === 'onread'
}

function sizesOf(job: NetJob): { highWaterMark?: number } {
  return isTuned(job) ? { highWaterMark: BUFFER_BYTES } : {}
}

function placeOf({ transport }: NetJob): Listening {
  return transport === 'tcp' ? loopback() : localPath()
}
