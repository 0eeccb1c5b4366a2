import type { AccountingName, LockConfig, PolicyName, SchedulerRules } from '@smpnet/stack'
import type { Labels } from './row.ts'

/** How our kernel is to be, as far as a job says; what is left out is as `@smpnet/stack` has it. */
export interface KernelAsked {
  readonly policy?: PolicyName
  readonly rules?: Partial<SchedulerRules>
  readonly locks?: Partial<LockConfig>
  /** Whether what it counts is printed. */
  readonly statistics?: boolean
}

/** What a workload's configuration says of how its own switches are billed. */
export type Billing =
  | { readonly accounting: 'none' }
  | { readonly accounting: Exclude<AccountingName, 'none'>; readonly timecounter: string }

/** What rows say of it: only what was asked for, so that rows of plain jobs stay as they are. */
export function kernelLabels({ policy, rules = {} }: KernelAsked): Labels {
  const { preemption, wakeup, accounting } = rules
  return {
    ...(policy !== undefined && { scheduler: policy }),
    ...(preemption !== undefined && { preemption }),
    ...(wakeup !== undefined && { wakeup }),
    ...(accounting !== undefined && { accounting }),
  }
}
