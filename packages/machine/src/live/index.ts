export { attachLive, type Attached } from './attach.ts'
export { bindThread, coresHere } from './bind-thread.ts'
export type { LiveBoot } from './live-boot.ts'
export {
  CpuFailed,
  LiveMachine,
  type LiveOptions,
  MAX_LIVE_CPUS,
  type Shared,
  startLive,
} from './live-machine.ts'
export type { LiveHandle } from './machine-block.ts'
export { Mailbox } from './mailbox.ts'
