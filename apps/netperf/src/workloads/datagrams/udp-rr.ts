import type { PairShape } from '../../model/pair-shape.ts'
import type { Workload } from '../../model/workload.ts'
import { PAIR_OPTIONS, type PairOptions, pairShape } from '../sockets/pair-options.ts'
import { DatagramPairs } from './datagram-pairs.ts'
import { KERNEL_METRICS } from './kernel-metrics.ts'
import { configureDatagrams } from './datagram-options.ts'
import { udpRrChannel } from './udp-rr-channel.ts'
import { udpRrKernel } from './udp-rr-kernel.ts'

/** Round trips of small datagrams: `rr` without a connection's bookkeeping. */
export const udpRr: Workload<PairOptions, PairShape> = {
  name: 'udp_rr',
  machines: ['live', 'sim'],
  summary: 'request and response by datagrams, 1 byte each way, one in flight',
  options: PAIR_OPTIONS,
  configure: (options, place) => configureDatagrams(pairShape(options, place, 1)),
  metrics: [
    { name: 'rtt', unit: 'ns', from: 'latency' },
    { name: 'rate', unit: '1/s', from: 'count' },
    ...KERNEL_METRICS,
  ],
  channel: udpRrChannel,
  kernel: new DatagramPairs(udpRrKernel),
}
