export { BadNetisr, ProtocolMismatch, UnknownProtocol } from './terms/errors.ts'
export { Netisr, type NetisrOptions, type RegistryLock } from './netisr.ts'
export { flowNumber, flowOfTuple } from './hashes/flow-number.ts'
export { ArrayBytes, FlowTuple, ipTuple, type PacketBytes } from './hashes/flow-tuple.ts'
export { RSS_KEY_BYTES, standardKey, symmetricKey } from './hashes/rss-keys.ts'
export { Toeplitz } from './hashes/toeplitz.ts'
export { wordsHash, wordsHashAt } from './hashes/words-hash.ts'
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
export { ReceiveInterrupt } from './receiving/receive-interrupt.ts'
export {
  Receiver,
  type ReceiveQueue,
  type ReceiverOptions,
  type ReceiverStatistics,
} from './receiving/receiver.ts'
export type { PlacementStatistics } from './placement/placement.ts'
export { type Move, planBalance } from './placement/balance.ts'
export { type ArrivalName, ARRIVALS } from './sources/arrival-law.ts'
export { captureFilePackets, readCaptureFile } from './sources/capture-file.ts'
export {
  BadCaptureFile,
  type CapturedPacket,
  type CaptureFileCounts,
  LINK_TYPE,
  newCaptureFileCounts,
} from './sources/captured-packet.ts'
export { frameTuple } from './sources/frame-tuple.ts'
export type { SourceRandom } from './sources/source-random.ts'
export {
  syntheticFlowNumber,
  SyntheticSource,
  type SyntheticShape,
} from './sources/synthetic-source.ts'
export { netstatQ } from './statistics/netstat.ts'
export type {
  NetisrStatistics,
  ProtocolStatistics,
  WorkStatistics,
  WorkstreamStatistics,
} from './statistics/statistics.ts'
export { DONE, DROPPED, type Outcome, QUEUED, WAIT } from './workstream/outcome.ts'
export { WORKSTREAM_STATE } from './workstream/state-table.ts'
