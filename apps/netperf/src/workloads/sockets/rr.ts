import type { Workload } from '../../model/workload.ts'
import { configurePairs, PAIR_OPTIONS, type PairOptions } from './pair-options.ts'
import { rrChannel } from './rr-channel.ts'
import { rrKernel } from './rr-kernel.ts'
import { type PairSettings, SocketPairs } from './socket-pairs.ts'

/** Round trips of small messages: what one request costs when nothing else is in flight. */
export const rr: Workload<PairOptions, PairSettings> = {
  name: 'rr',
  machines: ['live', 'sim'],
  summary: 'request and response, 1 byte each way, one in flight',
  options: PAIR_OPTIONS,
  configure: (options, place) => configurePairs(options, place, 1),
  metrics: [
    { name: 'rtt', unit: 'ns', from: 'latency' },
    { name: 'rate', unit: '1/s', from: 'count' },
  ],
  channel: rrChannel,
  kernel: new SocketPairs(rrKernel),
}
