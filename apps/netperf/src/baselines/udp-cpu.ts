import type { Socket } from 'node:dgram'
import type { SliceRun, TeamThread } from '@smpnet/testing'
import { clientCpu, placementOn, serverCpu } from '../workloads/sockets/placement.ts'
import { bindCpu, runChannels, type ChannelJob } from './run-channels.ts'
import { udpChannel } from './udp-channel.ts'
import { boundSocket, connectSocket } from './udp-sockets.ts'

/** The ports of a CPU's ends, by pair. */
interface Ports {
  readonly clients: ReadonlyMap<number, number>
  readonly servers: ReadonlyMap<number, number>
}

/** One CPU of `node-udp`: its ends of all pairs, a socket each. */
export async function udpCpu(job: ChannelJob, thread: TeamThread): Promise<SliceRun> {
  bindCpu(job, thread)
  const here = placementOn(thread.index, job.cpus, job)
  const clients = await bound(here.clients)
  const servers = await bound(here.servers)
  const mine: Ports = { clients: portsOf(clients), servers: portsOf(servers) }
  const ports = await thread.exchange(mine)
  const peerOfClient = (pair: number) =>
    ports[serverCpu(pair, job.cpus, job.place)]?.servers.get(pair)
  const peerOfServer = (pair: number) => ports[clientCpu(pair, job.cpus)]?.clients.get(pair)
  return runChannels(
    job,
    (await connected(clients, peerOfClient)).map(udpChannel),
    (await connected(servers, peerOfServer)).map(udpChannel),
  )
}

type Ends = ReadonlyMap<number, Socket>

async function bound(pairs: readonly number[]): Promise<Ends> {
  const ends = pairs.map(async (pair) => [pair, await boundSocket()] as const)
  return new Map(await Promise.all(ends))
}

function portsOf(ends: Ends): Map<number, number> {
  return new Map([...ends].map(([pair, socket]) => [pair, socket.address().port]))
}

function connected(ends: Ends, peer: (pair: number) => number | undefined): Promise<Socket[]> {
  return Promise.all(
    [...ends].map(([pair, socket]) => connectSocket(socket, peer(pair) as number)),
  )
}
