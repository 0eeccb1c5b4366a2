import { rrChannel } from './rr-channel.ts'
import { rrKernel } from './rr-kernel.ts'
import type { Workload } from './workload.ts'

/** Round trips of small messages: what one request costs when nothing else is in flight. */
export const rr: Workload = {
  name: 'rr',
  summary: 'request and response, 1 byte each way, one in flight',
  defaultSize: 1,
  metrics: [
    { name: 'rtt', unit: 'ns', from: 'latency' },
    { name: 'rate', unit: '1/s', from: 'count' },
  ],
  channel: rrChannel,
  kernel: rrKernel,
}
