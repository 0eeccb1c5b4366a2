import type { Workload } from '../../model/workload.ts'
import { configureSockets, SOCKET_OPTIONS, type SocketOptions } from './socket-options.ts'
import { type PairSettings, SocketPairs } from './socket-pairs.ts'
import { streamChannel } from './stream-channel.ts'
import { streamKernel } from './stream-kernel.ts'

/** Bulk transfer one way, in writes of 64 KiB, counted at the receiver. */
export const stream: Workload<SocketOptions, PairSettings> = {
  name: 'stream',
  machines: ['live', 'sim'],
  summary: 'one-way stream in writes of 64 KiB, counted at the receiver',
  options: SOCKET_OPTIONS,
  configure: (options, place) => configureSockets(options, place, 64 * 1024),
  metrics: [{ name: 'throughput', unit: 'B/s', from: 'count' }],
  channel: streamChannel,
  kernel: new SocketPairs(streamKernel),
}
