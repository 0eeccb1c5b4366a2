import type { Command } from 'commander'
import {
  describeSysctl,
  type StackConfig,
  StackMisconfigured,
  sysctls,
  sysctlText,
} from '@smpnet/stack'
import type { MachineKind } from '../model/row.ts'
import { lookUp, UsageError } from '../options/usage-error.ts'
import { asTyped } from '../plan/as-typed.ts'
import { DEFAULT_CPUS, LIMITS } from '../plan/limits.ts'
import { kernelConfig } from '../variants/smpnet.ts'
import { type MachineOptions, sizeFrom } from './job-options.ts'
import { baseFrom } from './kernel-base.ts'
import { machineOptions } from './machine-options.ts'
import { namedMachine } from '../machines/told-machine.ts'
import { kernelFrom, type KernelOptions, kernelOptions } from './kernel-options.ts'
import { print } from '../output/print.ts'

interface SysctlOptions extends KernelOptions, MachineOptions {
  readonly describe?: boolean
}

/** Gives `command` what `netperf sysctl` is: a kernel by the names of FreeBSD's sysctl tree. */
export function sysctlCommand(command: Command): Command {
  command
    .description('print a kernel as sysctl -a does, or what is at and below some names')
    .argument('[names...]')
    .option('-d, --describe', 'say what the names stand for')
    .option('--machine <kind>', 'live or sim (default: sim)')
    .option('--cpus <n>', 'CPUs of the machine (default: 2)')
    .option('--memory <bytes>', 'memory of the kernel')
    .option('--seed <n>', 'seed of the simulation (default: 1)')
    .action((names: readonly string[], options: SysctlOptions) => printTree(names, options))
  for (const option of [...machineOptions(), ...kernelOptions()]) command.addOption(option)
  return command
}

async function printTree(names: readonly string[], options: SysctlOptions): Promise<void> {
  const config = await configFrom(options)
  const known = [...sysctls(config).keys()]
  for (const name of names) {
    if (!known.some((each) => `${each}.`.startsWith(`${name}.`))) refuse(name)
  }
  const text = sysctlText(config, undefined, names)
  await print(`${options.describe ? described(text) : text}\n`)
}

/** What a kernel of these options would be. */
async function configFrom(typed: SysctlOptions): Promise<StackConfig> {
  const { base, machine: below } = await baseFrom(typed)
  const { machine: typedKind = below?.kind ?? 'sim' } = typed
  lookUp('machine', LIMITS as ReadonlyMap<string, unknown>, typedKind)
  const kind = typedKind as MachineKind
  const { profile, on, cpus = DEFAULT_CPUS, seed = 1, memoryBytes } = sizeFrom(typed, below, kind)
  const size = { cpus, seed, memoryBytes }
  const simulated = { profile: namedMachine(profile), on }
  const machine = kind === 'sim' ? { kind, ...simulated, ...size } : { kind, ...size }
  const kernel = kernelFrom(typed, base)
  return asTyped(kernel, () => kernelConfig(kernel, machine))
}

/** The names of a text, each with what it stands for. */
function described(text: string): string {
  const names = text.split('\n').map((line) => line.split(':')[0]!)
  return names.map((name) => `${name}: ${describeSysctl(name)}`).join('\n')
}

function refuse(name: string): never {
  try {
    describeSysctl(name)
  } catch (error) {
    if (error instanceof StackMisconfigured) throw new UsageError(error.message)
    throw error
  }
  throw new UsageError(`expected a name that this kernel has, got "${name}"`)
}
