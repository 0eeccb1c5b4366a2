import { listOf, refuse } from '../checking/check.ts'
import { layOver } from '../lay-over.ts'
import { nearest } from '../nearest.ts'
import type { PolicyName, StackConfig, StackPart } from '../stack-config.ts'
import {
  DERIVED,
  type DerivedSysctl,
  KNOB_DEFAULTS,
  SCHEDULERS,
  type Sysctl,
  SYSCTLS,
} from './sysctl-table.ts'

/**
 * A configuration by the names that FreeBSD's sysctl(8) has for its keys. Nothing that runs is
 * changed: what is set is part of a configuration, which is checked when it is defined.
 */
const TREE: ReadonlyMap<string, Sysctl | DerivedSysctl> = new Map(
  [...SYSCTLS, ...DERIVED].map((row) => [row.name, row]),
)

/** All names, those that only some schedulers or machines have among them. */
export function sysctlNames(): readonly string[] {
  return [...TREE.keys()]
}

/** What a name stands for, in a few words. Throws StackMisconfigured for an unknown one. */
export function describeSysctl(name: string): string {
  return rowOf(name).description
}

/**
 * The value of a name, as FreeBSD shows it. Throws StackMisconfigured for a name that does not
 * exist, or not with the configuration's scheduler and machine.
 */
export function readSysctl(config: StackConfig, name: string): string | number {
  const row = rowOf(name)
  checkPolicy(row, config.scheduler.policy)
  const value = valueOf(config, row)
  return value ?? refuse(name, 'a machine that has it', config.machine.kind)
}

/** The same; undefined for what this configuration does not have. */
export function findSysctl(config: StackConfig, name: string): string | number | undefined {
  const row = rowOf(name)
  return isOf(row, config.scheduler.policy) ? valueOf(config, row) : undefined
}

/**
 * The configuration with what `name=value` says. Throws StackMisconfigured for a name that does not
 * exist, cannot be set or is not of the configuration's scheduler, and for a word that is none of
 * its values; `defineStack` checks the whole.
 */
export function setSysctl<T extends StackPart>(input: T, assignment: string): T {
  if (typeof assignment !== 'string') refuse('sysctl', 'name=value', typeof assignment)
  const [, name = '', text = ''] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/s.exec(assignment) ?? []
  if (name === '') refuse('sysctl', 'name=value', assignment)
  const row = rowOf(name)
  if ('derive' in row || row.isReadOnly) {
    return refuse(name, 'no value, since it is read only', text)
  }
  checkPolicy(row, input.scheduler?.policy ?? 'priority')
  return layOver(input, partAt(row.path, row.type.parse(text, name))) as T
}

/** The name that a key has, by its path: what a sentence of `defineStack` begins with. */
export function sysctlAt(path: string): string | undefined {
  return SYSCTLS.find((row) => row.path === path)?.name
}

function rowOf(name: string): Sysctl | DerivedSysctl {
  const found = TREE.get(name)
  return found ?? refuse('sysctl', `a name such as ${listOf(nearest(name, sysctlNames()))}`, name)
}

function isOf(row: Sysctl | DerivedSysctl, policy: PolicyName): boolean {
  return 'derive' in row || row.of === undefined || row.of.includes(policy)
}

function checkPolicy(row: Sysctl | DerivedSysctl, policy: PolicyName): void {
  if (isOf(row, policy)) return
  const { of = [] } = row as Sysctl
  const names = of.map((each) => SCHEDULERS[each])
  refuse(row.name, `the scheduler ${listOf(names)} (kern.sched.name)`, SCHEDULERS[policy])
}

function valueOf(config: StackConfig, row: Sysctl | DerivedSysctl): string | number | undefined {
  if ('derive' in row) return row.derive(config)
  const knobs = KNOB_DEFAULTS[config.scheduler.policy]
  const all = layOver({ scheduler: { policy: config.scheduler.policy, knobs } }, config)
  const keys = row.path.split('.')
  const value = keys.reduce<unknown>((of, key) => (of as Record<string, unknown>)?.[key], all)
  return value === undefined && !row.type.mayBeAbsent ? undefined : row.type.show(value)
}

/** `netisr.limit` and 50 as `{ netisr: { limit: 50 } }`. */
function partAt(path: string, value: unknown): StackPart {
  return path.split('.').reduceRight<unknown>((of, key) => ({ [key]: of }), value) as StackPart
}
