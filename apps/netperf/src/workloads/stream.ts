import { streamChannel } from './stream-channel.ts'
import { streamKernel } from './stream-kernel.ts'
import type { Workload } from './workload.ts'

/** Bulk transfer one way, in writes of 64 KiB, counted at the receiver. */
export const stream: Workload = {
  name: 'stream',
  summary: 'one-way stream in writes of 64 KiB, counted at the receiver',
  defaultSize: 64 * 1024,
  metrics: [{ name: 'throughput', unit: 'B/s', from: 'count' }],
  channel: streamChannel,
  kernel: streamKernel,
}
