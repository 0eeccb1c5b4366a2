import type { PairShape } from '../../model/pair-shape.ts'
import type { Workload } from '../../model/workload.ts'
import { PAIR_OPTIONS, type PairOptions, pairShape } from '../sockets/pair-options.ts'
import { DatagramPairs } from './datagram-pairs.ts'
import { KERNEL_METRICS } from './kernel-metrics.ts'
import { configureDatagrams, WINDOW } from './datagram-options.ts'
import { LEAST_BYTES, LOST_PARTS } from './stream-datagrams.ts'
import { udpStreamChannel } from './udp-stream-channel.ts'
import { udpStreamKernel } from './udp-stream-kernel.ts'

/** What a stream of datagrams can be told. */
export interface UdpStreamOptions extends PairOptions {
  /** Datagrams that a sender sends in a row. */
  readonly window?: number
}

/**
 * Over `node:dgram`, 4 in a row are slower between two CPUs, 8 to 64 are alike there, and on one
 * CPU a third of 64 is lost, since an event loop takes 32 at most in a turn.
 */
const IN_A_ROW = 16

/** Datagrams one way as fast as they can be sent, counted at the receiver, some of them lost. */
export const udpStream: Workload<UdpStreamOptions, PairShape> = {
  name: 'udp_stream',
  machines: ['live', 'sim'],
  summary: 'one-way datagrams of 1 KiB, counted at the receiver, and the share that was lost',
  options: { ...PAIR_OPTIONS, window: WINDOW },
  configure({ window = IN_A_ROW, ...options }, place) {
    return configureDatagrams({ ...pairShape(options, place, 1024), window }, LEAST_BYTES)
  },
  metrics: [
    { name: 'received', unit: '1/s', from: 'count' },
    { name: 'throughput', unit: 'B/s', from: 'count', times: 'size' },
    { name: 'lost', unit: 'share', from: 'latency', per: LOST_PARTS },
    ...KERNEL_METRICS,
  ],
  channel: udpStreamChannel,
  kernel: new DatagramPairs(udpStreamKernel),
}
