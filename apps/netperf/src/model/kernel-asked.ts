import type {
  AccountingName,
  LockConfig,
  PolicyName,
  SchedulerRules,
  StackPart,
} from '@smpnet/stack'
import type { Labels } from './row.ts'

/** How our kernel is to be, as far as a job says; what is left out is as `@smpnet/stack` has it. */
export interface KernelAsked {
  /** What the rest is laid over: a preset, a file and sysctls, without a machine. */
  readonly base?: KernelBase
  readonly policy?: PolicyName
  readonly rules?: Partial<SchedulerRules>
  readonly locks?: Partial<LockConfig>
  /** Whether what it counts is printed. */
  readonly statistics?: boolean
  /** Whether it is printed where the time of an operation goes. */
  readonly explains?: boolean
}

/** A configuration but for its machine, and what rows say of it. */
export interface KernelBase {
  readonly part: Omit<StackPart, 'machine'>
  readonly labels: Labels
}

/** What switches are to be billed in, where that was said. */
export function accountingAsked({ rules, base }: KernelAsked): AccountingName | undefined {
  const below = base?.part.scheduler?.accounting
  return rules?.accounting ?? (below === 'none' ? undefined : below)
}

/** What a workload's configuration says of how its own switches are billed. */
export type Billing =
  | { readonly accounting: 'none' }
  | { readonly accounting: Exclude<AccountingName, 'none'>; readonly timecounter: string }

/** What rows say of it: only what was asked for, so that rows of plain jobs stay as they are. */
export function kernelLabels({ base, policy, rules = {}, locks = {} }: KernelAsked): Labels {
  const { preemption, wakeup, accounting } = rules
  return {
    ...base?.labels,
    ...(policy !== undefined && { scheduler: policy }),
    ...(preemption !== undefined && { preemption }),
    ...(wakeup !== undefined && { wakeup }),
    ...(accounting !== undefined && { accounting }),
    ...(locks.backoff !== undefined && { backoff: locks.backoff }),
  }
}
