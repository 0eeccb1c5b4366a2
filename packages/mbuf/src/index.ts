export { BUFFER_BYTES, CLUSTER, HEADROOM_BYTES, MBUF } from './layout/header.ts'
export { Mbufs } from './mbufs.ts'
export type { MbufStatistics } from './packets.ts'
export type { OwnerCount } from './pool/accounts.ts'
export {
  type ClusterCounts,
  type MbufHandle,
  type MbufShape,
  UNOWNED,
} from './pool/pool-shape.ts'
export { PacketQueue } from './queue/packet-queue.ts'
export { ByteQueue } from './queue/byte-queue.ts'
export type { Watermarks } from './queue/queue-counts.ts'
export { CheckedMbufs } from './checked/checked-mbufs.ts'
export { MbufFault } from './checked/faults.ts'
