import type { Workload } from '../../model/workload.ts'
import { rrChannel } from './rr-channel.ts'
import { rrKernel } from './rr-kernel.ts'
import { configureSockets, SOCKET_OPTIONS, type SocketOptions } from './socket-options.ts'
import { type PairSettings, SocketPairs } from './socket-pairs.ts'

/** Round trips of small messages: what one request costs when nothing else is in flight. */
export const rr: Workload<SocketOptions, PairSettings> = {
  name: 'rr',
  machines: ['live', 'sim'],
  summary: 'request and response, 1 byte each way, one in flight',
  options: SOCKET_OPTIONS,
  configure: (options, place) => configureSockets(options, place, 1),
  metrics: [
    { name: 'rtt', unit: 'ns', from: 'latency' },
    { name: 'rate', unit: '1/s', from: 'count' },
  ],
  channel: rrChannel,
  kernel: new SocketPairs(rrKernel),
}
