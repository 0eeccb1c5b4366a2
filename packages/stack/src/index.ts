export { CLOCK_PRICES, HZ, KERNEL_CLOCK_BYTES, KernelClock } from './clock/kernel-clock.ts'
export type { HostCounters, KernelClockHandle } from './clock/kernel-clock.ts'
export { SIM_COUNTERS } from './clock/sim-counters.ts'
export { StackMisconfigured } from './config/checking/check.ts'
export { defineStack } from './config/define-stack.ts'
export { type Laid, layOver } from './config/lay-over.ts'
export {
  type AddressConfig,
  type AddressInput,
  type BareLinkConfig,
  type BareLinkInput,
  capture,
  type CaptureBounds,
  type CaptureConfig,
  type LinkConfig,
  type LinkInput,
  loopback,
  type LoopbackConfig,
  wire,
  type WireConfig,
} from './config/links/link-config.ts'
export { capturing } from './config/capturing.ts'
export type { Preset, PresetInput } from './config/presets/preset.ts'
export { preset, presets, withPreset } from './config/presets/presets.ts'
export {
  describeSysctl,
  readSysctl,
  setSysctl,
  sysctlAt,
  sysctlNames,
} from './config/sysctl/sysctl.ts'
export {
  type CountedStack,
  countedSysctls,
  sysctlLine,
  sysctls,
  sysctlText,
} from './config/sysctl/sysctl-text.ts'
export {
  ACCOUNTING_NAMES,
  ACTIONS_NAMES,
  type ActionsName,
  type AccountingName,
  bsd,
  live,
  type LiveConfig,
  type LiveInput,
  type LockConfig,
  LOCKING_NAMES,
  type LockingName,
  type MachineConfig,
  type MbufConfig,
  type NetisrConfig,
  PCB_HASH_HELD,
  type PcbHashHeld,
  POLICY_NAMES,
  type PolicyName,
  PREEMPTION_NAMES,
  type PreemptionName,
  priority,
  type SchedulerChoice,
  type SchedulerConfig,
  type SchedulerInput,
  type SchedulerRules,
  sim,
  type SimConfig,
  type SimInput,
  type SocketConfig,
  type StackConfig,
  type SchedulerPart,
  type StackInput,
  type StackPart,
  ule,
  WAKEUP_NAMES,
  type WakeupName,
} from './config/stack-config.ts'
export { type BootHooks, bootOf } from './kernel/boot.ts'
export { Gate } from './kernel/gate.ts'
export type { KernelArgs, SystemHandle } from './kernel/kernel-args.ts'
export { Net, type NetStatistics } from './net/net.ts'
export { NET_PRICES } from './net/terms/prices.ts'
export type { NetHandle } from './net/net-handle.ts'
export type { Link } from './net/links/link.ts'
export {
  type CaptureCounts,
  CaptureReader,
  type FileOptions,
} from './net/links/capture/capture-reader.ts'
export type { WireStatistics } from './net/links/wire/wire.ts'
export { LockMaker, type LockName } from './locks/lock-maker.ts'
export type { Host, Needs, Program, Site } from './kernel/program.ts'
export type {
  CpuCycles,
  CountedSoFar,
  CpuStatistics,
  MachineStatistics,
  StackStatistics,
} from './kernel/statistics.ts'
