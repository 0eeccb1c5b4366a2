export { BadNetisr, ProtocolMismatch, UnknownProtocol } from './terms/errors.ts'
export { Netisr, type NetisrOptions, type RegistryLock } from './netisr.ts'
export { DISPATCHES, type DispatchName, POLICIES, type PolicyName } from './terms/names.ts'
export {
  ANY_CPU,
  type Handler,
  type PacketLinks,
  type Protocol,
  PROTOCOL_NUMBER,
} from './protocols/protocol.ts'
export type { NetisrHandle, NetisrShape } from './shape/netisr-shape.ts'
export { type LatencyBin, latencyPercentile } from './latency/latencies.ts'
export type { PlacementStatistics } from './placement/placement.ts'
export { type Move, planBalance } from './placement/balance.ts'
export { netstatQ } from './statistics/netstat.ts'
export type {
  NetisrStatistics,
  ProtocolStatistics,
  WorkStatistics,
  WorkstreamStatistics,
} from './statistics/statistics.ts'
export { DONE, DROPPED, type Outcome, QUEUED, WAIT } from './workstream/outcome.ts'
export { WORKSTREAM_STATE } from './workstream/state-table.ts'
