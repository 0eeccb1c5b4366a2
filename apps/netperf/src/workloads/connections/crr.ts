import type { Workload } from '../../model/workload.ts'
import { configureSockets, SOCKET_OPTIONS, type SocketOptions } from '../sockets/socket-options.ts'
import type { PairSettings } from '../sockets/socket-pairs.ts'
import { crrConnections } from './crr-connections.ts'
import { CrrKernel } from './crr-kernel.ts'

/** Several connections of each pair have buffers at once, and none of them carries much. */
const BUFFER_BYTES = 64 * 1024

/** Connections that each carry one request and its answer: what it takes to open and to close. */
export const crr: Workload<SocketOptions, PairSettings> = {
  name: 'crr',
  machines: ['live', 'sim'],
  summary: 'connect, request, response, close: 1 byte each way, one connection at a time',
  options: SOCKET_OPTIONS,
  configure: (options, place) => configureSockets(options, place, 1, BUFFER_BYTES),
  metrics: [
    { name: 'connection', unit: 'ns', from: 'latency' },
    { name: 'rate', unit: '1/s', from: 'count' },
  ],
  channel: crrConnections,
  kernel: new CrrKernel(),
}
