import { Option } from 'commander'
import { MAX_PRIORITY } from '@smpnet/scheduler'
import { BACKOFF_NAMES } from '@smpnet/sync'
import {
  ACCOUNTING_NAMES,
  POLICY_NAMES,
  PREEMPTION_NAMES,
  presets,
  type SchedulerRules,
  WAKEUP_NAMES,
} from '@smpnet/stack'
import type { KernelAsked, KernelBase } from '../model/kernel-asked.ts'
import { UsageError } from '../options/usage-error.ts'
import { appended, wordOf } from '../options/words.ts'
import type { BaseOptions } from './kernel-base.ts'

/** The options that say how our kernel is to be, as they were typed. */
export interface KernelOptions extends BaseOptions {
  readonly scheduler?: string
  readonly preemption?: string
  readonly wakeup?: string
  readonly accounting?: string
  readonly backoff?: string
  readonly statistics?: boolean
  readonly explain?: boolean
  readonly witness?: boolean
  readonly lockProfile?: boolean
}

/** The options, for a command that boots kernels. */
export function kernelOptions(): Option[] {
  const words = (names: readonly string[]) => names.join(', ')
  return [
    new Option('--preset <name>', `a kernel that has a name: ${words([...presets.keys()])}`),
    new Option('--config <file>', 'a module (.ts, .js) that exports what defineStack takes'),
    new Option(
      '--sysctl <name=value>',
      'of our kernel, such as net.isr.dispatch=hybrid; may be repeated',
    ).argParser(appended),
    new Option('--scheduler <name>', `of our kernel: ${words(POLICY_NAMES)} (default: priority)`),
    new Option(
      '--preemption <mode>',
      `who may preempt: ${words(PREEMPTION_NAMES)}, or up to a priority (default: full)`,
    ),
    new Option('--wakeup <policy>', `${words(WAKEUP_NAMES)} (default: preempt)`),
    new Option(
      '--backoff <kind>',
      `between two looks at a lock that is held: ${words(BACKOFF_NAMES)} (default: none)`,
    ),
    new Option(
      '--accounting <kind>',
      'bill threads in time, or, simulated, in cycles of the TSC (default: none; switch: time)',
    ),
  ]
}

/** The options that print more than rows. */
export function printingOptions(): Option[] {
  return [
    new Option('--statistics', 'print what our kernel counted: switches, threads, kern.sched.*'),
    new Option('--explain', 'print where an operation’s time goes, by lines, locks and waits'),
    new Option('--witness', 'learn in which order locks are taken, and print reversals'),
    new Option('--lock-profile', 'print counts and times of locks as debug.lock.prof.stats'),
  ]
}

/** What they come to. Throws a UsageError that says which is wrong. */
export function kernelFrom(typed: KernelOptions, base?: KernelBase): KernelAsked {
  const { scheduler, preemption, wakeup, accounting, backoff } = typed
  const rules: Partial<SchedulerRules> = {
    ...(preemption !== undefined && { preemption: preemptionFrom(preemption) }),
    ...(wakeup !== undefined && { wakeup: wordOf('wakeup', WAKEUP_NAMES)(wakeup) }),
    ...(accounting !== undefined && {
      accounting: wordOf('accounting', ACCOUNTING_NAMES)(accounting),
    }),
  }
  const below = base?.part ?? {}
  const { watch = false, profile = false } = below.locks ?? {}
  const { explain = false } = typed
  const {
    witness = watch,
    lockProfile = profile || explain,
    statistics = below.statistics ?? false,
  } = typed
  return {
    ...(base !== undefined && { base }),
    ...(scheduler !== undefined && { policy: wordOf('scheduler', POLICY_NAMES)(scheduler) }),
    rules,
    locks: {
      watch: witness,
      profile: lockProfile,
      ...(backoff !== undefined && { backoff: wordOf('back-off', BACKOFF_NAMES)(backoff) }),
    },
    statistics,
    explains: explain,
  }
}

function preemptionFrom(text: string): SchedulerRules['preemption'] {
  const name = PREEMPTION_NAMES.find((known) => known === text)
  if (name !== undefined) return name
  const priority = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN
  if (priority <= MAX_PRIORITY) return priority
  const expected = `${PREEMPTION_NAMES.join(', ')} or a priority from 0 to ${MAX_PRIORITY}`
  throw new UsageError(`expected --preemption to be ${expected}, got "${text}"`)
}
