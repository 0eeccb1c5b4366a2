import { StackMisconfigured, sysctlAt } from '@smpnet/stack'
import type { KernelAsked } from '../model/kernel-asked.ts'
import { UsageError } from '../options/usage-error.ts'

/** Makes something of a kernel; a sentence about a key begins with the option that it came from. */
export function asTyped<T>(kernel: KernelAsked, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof StackMisconfigured)) throw error
    throw new UsageError(error.message.replace(/^[\w.]+(?=:)/, (path) => optionOf(kernel, path)))
  }
}

function optionOf({ base, policy, rules = {} }: KernelAsked, path: string): string {
  const [, rule] = /^scheduler\.(\w+)$/.exec(path) ?? []
  const flags: Readonly<Record<string, unknown>> = { ...rules, policy }
  const isFlag = base === undefined || (rule !== undefined && flags[rule] !== undefined)
  if (isFlag && rule !== undefined) return rule === 'policy' ? '--scheduler' : `--${rule}`
  const name = sysctlAt(path)
  return name !== undefined && base !== undefined && name in base.labels
    ? `--sysctl ${name}`
    : path
}
