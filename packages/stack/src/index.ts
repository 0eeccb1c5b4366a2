export { CLOCK_PRICES, HZ, KERNEL_CLOCK_BYTES, KernelClock } from './clock/kernel-clock.ts'
export type { HostCounters, KernelClockHandle } from './clock/kernel-clock.ts'
export { SIM_COUNTERS } from './clock/sim-counters.ts'
export { StackMisconfigured } from './config/check.ts'
export { defineStack } from './config/define-stack.ts'
export {
  ACCOUNTING_NAMES,
  type AccountingName,
  bsd,
  live,
  type LiveConfig,
  type LiveInput,
  type LockConfig,
  type MachineConfig,
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
  type StackConfig,
  type StackInput,
  ule,
  WAKEUP_NAMES,
  type WakeupName,
} from './config/stack-config.ts'
export { type BootHooks, bootOf } from './kernel/boot.ts'
export { Gate } from './kernel/gate.ts'
export type { KernelArgs, SystemHandle } from './kernel/kernel-args.ts'
export { LockMaker, type LockName } from './kernel/lock-maker.ts'
export type { Host, Needs, Program, Site } from './kernel/program.ts'
export type {
  CpuCycles,
  CpuStatistics,
  MachineStatistics,
  StackStatistics,
} from './kernel/statistics.ts'
