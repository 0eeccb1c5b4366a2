import { basename } from 'node:path'
import {
  layOver,
  POLICY_NAMES,
  presets,
  setSysctl,
  StackMisconfigured,
  type StackPart,
} from '@smpnet/stack'
import type { KernelBase } from '../model/kernel-asked.ts'
import { lookUp, UsageError } from '../options/usage-error.ts'
import { wordOf } from '../options/words.ts'
import { loadConfig } from './config-file.ts'

/** What says a whole kernel at once, as it was typed. */
export interface BaseOptions {
  readonly preset?: string
  readonly config?: string
  readonly sysctl?: readonly string[]
  readonly scheduler?: string
}

/** What they come to, and the machine of a file, which the command line may say otherwise. */
export interface TypedBase {
  readonly base?: KernelBase
  readonly machine?: StackPart['machine']
}

/**
 * A preset, the file over it, and sysctls over both; other options are laid over that. Throws a
 * UsageError that says which is wrong.
 */
export async function baseFrom(typed: BaseOptions): Promise<TypedBase> {
  const { preset, config, sysctl = [] } = typed
  if (preset === undefined && config === undefined && sysctl.length === 0) return {}
  const named = preset === undefined ? {} : lookUp('preset', presets, preset).input
  const filed = config === undefined ? named : layOver(named, await loadConfig(config))
  const { machine, ...part } = sysctl.reduce(assigned, scheduledBy(typed.scheduler, filed))
  const labels = {
    ...(preset !== undefined && { preset }),
    ...(config !== undefined && { config: basename(config) }),
    ...Object.fromEntries(sysctl.map(assignmentOf)),
  }
  return { base: { part, labels }, ...(machine !== undefined && { machine }) }
}

/** The knobs that sysctls name are those of the scheduler that there will be. */
function scheduledBy(scheduler: string | undefined, part: StackPart): StackPart {
  if (scheduler === undefined) return part
  return layOver(part, { scheduler: { policy: wordOf('scheduler', POLICY_NAMES)(scheduler) } })
}

function assigned(part: StackPart, assignment: string): StackPart {
  try {
    return setSysctl(part, assignment)
  } catch (error) {
    if (!(error instanceof StackMisconfigured)) throw error
    throw new UsageError(
      error.message.replace(/^(?:sysctl(?=:))?/, (head) => `--sysctl${head ? '' : ' '}`),
    )
  }
}

function assignmentOf(assignment: string): [name: string, value: string] {
  const [name = '', ...value] = assignment.split('=')
  return [name.trim(), value.join('=').trim()]
}
