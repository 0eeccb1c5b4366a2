import { listOf, refuse } from '../checking/check.ts'
import { layOver } from '../lay-over.ts'
import type { StackInput, StackPart } from '../stack-config.ts'
import { best } from './best.ts'
import { freebsd53 } from './freebsd-5-3.ts'
import { freebsd7 } from './freebsd-7.ts'
import type { Preset, PresetInput } from './preset.ts'

/**
 * The kernels that have names, the oldest first: a file each, and a line here. What a preset leaves
 * out is as `defineStack` has it: what switches are billed in, sizes that FreeBSD works out from a
 * machine's memory, and whether locks are watched.
 */
const ALL: readonly Preset[] = [freebsd53, freebsd7, best]

export const presets: ReadonlyMap<string, Preset> = new Map(ALL.map((each) => [each.name, each]))

/** The configuration of that name, without a machine. Throws StackMisconfigured for others. */
export function preset(name: string): PresetInput {
  const found = presets.get(name)
  return found === undefined ? refuse('preset', listOf([...presets.keys()]), name) : found.input
}

/**
 * A preset with something of one's own laid over it, key by key: with `netisr: { threads: 'all' }`,
 * the rest of `netisr` is as the preset has it. Throws StackMisconfigured for other names.
 */
export function withPreset(
  name: string,
  own: StackPart & Pick<StackInput, 'machine'>,
): StackInput {
  return { ...layOver(preset(name), own), machine: own.machine }
}
