/** What drivers and cards are made of, for mutants of it to be made of in no time. */
export { PricedMemory } from '@smpnet/memory'
export * from '../../src/driver/link-clock.ts'
export * from '../../src/driver/live-receiver.ts'
export * from '../../src/driver/moderation.ts'
export * from '../../src/driver/receive-ring.ts'
export * from '../../src/driver/sim-nic.ts'
export * from '../../src/driver/sim-receiver.ts'
export * from '../../src/driver/transmit-ring.ts'
