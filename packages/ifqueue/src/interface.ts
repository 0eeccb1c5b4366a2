export { BUF_RING, BufRing, type BufRingShape } from './rings/buf-ring.ts'
export { ManyConsumersRing, SoleConsumerRing } from './rings/buf-ring-consumers.ts'
