export { MOST_PACKETS } from './discipline/counted-queue.ts'
export { Codel } from './discipline/codel.ts'
export type {
  Discipline,
  DisciplineKnobs,
  DisciplineSite,
  QueueCounts,
} from './discipline/discipline.ts'
export { type DisciplineEntry, disciplineTable } from './discipline/discipline-table.ts'
export { Fifo } from './discipline/fifo.ts'
export { FqCodel } from './discipline/fq-codel.ts'
export { Priority } from './discipline/priority.ts'
export { Red } from './discipline/red.ts'
export type { Device } from './driver/device.ts'
export { InterruptThread } from './driver/interrupt-thread.ts'
export { LinkClock } from './driver/link-clock.ts'
export { LiveNic, type LiveNicHost, type LiveNicThread } from './driver/live-nic.ts'
export { LiveReceiver, type LiveReceiverShape } from './driver/live-receiver.ts'
export { MbufPackets } from './driver/mbuf-packets.ts'
export { Moderation, type ModerationShape } from './driver/moderation.ts'
export { ReceiveRing, type ReceiveRingSite } from './driver/receive-ring.ts'
export { ringBytes } from './driver/ring-words.ts'
export { type NicShape, SimNic } from './driver/sim-nic.ts'
export {
  type Frame,
  type NicTraffic,
  type ReceiverShape,
  SimReceiver,
} from './driver/sim-receiver.ts'
export type { NicCpu, NicQueue } from './driver/sim-side.ts'
export { TransmitRing, type TransmitRingSite } from './driver/transmit-ring.ts'
export type {
  Handoff,
  HandoffCounts,
  HandoffParts,
  HandoffShape,
  HandoffSite,
} from './handoff/handoff.ts'
export type { HandoffLock } from './handoff/handoff-lock.ts'
export { type HandoffEntry, type HandoffPromise, handoffTable } from './handoff/handoff-table.ts'
export type { TransmitPort } from './handoff/transmit-port.ts'
export { BUF_RING, BufRing, type BufRingShape } from './rings/buf-ring.ts'
export { ManyConsumersRing, SoleConsumerRing } from './rings/buf-ring-consumers.ts'
export { DROPPED, QUEUED, type Sent } from './terms/outcome.ts'
export type { Chance, ManagedPackets, Packets } from './terms/packets.ts'
