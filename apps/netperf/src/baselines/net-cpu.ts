import type { SliceRun, TeamThread } from '@smpnet/testing'
import { connectTo, Listener, loopback, type Listening, localPath } from './net-connections.ts'
import { netChannel, OnRead } from './net-channel.ts'
import { clientCpu, placementOn } from '../workloads/sockets/placement.ts'
import { runChannels, type ChannelJob } from './run-channels.ts'

/** A job over `node:net`, and how its sockets are used. */
export interface NetJob extends ChannelJob {
  readonly transport: 'tcp' | 'unix'
  /** Whether the receiver of a stream uses one buffer again (`onread`) or takes `data` events. */
  readonly receive: 'onread' | 'data'
}

/** Bytes of the queue and of the receive buffer: less is slower, more is not faster. */
const BUFFER_BYTES = 256 * 1024

/**
 * One CPU of `node-tcp` or `node-unix`: its ends of all pairs. The driving end of a pair listens
 * and the answering end connects, since only that side can receive with `onread`.
 */
export async function netCpu(job: NetJob, thread: TeamThread): Promise<SliceRun> {
  const here = placementOn(thread.index, job.cpus, job)
  const tuned = job.receive === 'onread'
  const sizes = tuned ? { highWaterMark: BUFFER_BYTES } : {}
  const listener = new Listener(here.clients.length, sizes)
  const at = job.transport === 'tcp' ? loopback() : localPath()
  const addresses = await thread.exchange(await listener.listen(at))
  const connecting = here.servers.map(async (pair) => {
    const address = addresses[clientCpu(pair, job.cpus)] as Listening
    if (!tuned) return netChannel(await connectTo(address, {}))
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
