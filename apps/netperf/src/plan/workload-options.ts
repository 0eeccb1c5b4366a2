import { Option } from 'commander'
import { workloads } from '../workloads/index.ts'
import type { TypedOptions, Workload, WorkloadOption } from '../model/workload.ts'
import { UsageError } from '../options/usage-error.ts'

/** The options of all workloads, each once, with the workloads that understand it. */
export function workloadOptions(): Option[] {
  const owners = new Map<WorkloadOption, string[]>()
  for (const { name, options } of workloads.values()) {
    for (const option of options) owners.set(option, [...(owners.get(option) ?? []), name])
  }
  return [...owners].map(([{ flags, description, repeats }, names]) => {
    const option = new Option(flags, `${names.join(', ')}: ${description}`)
    return repeats ? option.argParser(appended) : option
  })
}

/** What was typed of the options of workloads. */
export function ownOptions(typed: object): TypedOptions {
  const names = new Set(workloadOptions().map((option) => option.attributeName()))
  return Object.fromEntries(Object.entries(typed).filter(([name]) => names.has(name)))
}

/** Throws a UsageError for an option that is not the workload's. */
export function checkOwnOptions(workload: Workload, own: TypedOptions): void {
  const known = workload.options.map(({ flags }) => new Option(flags).attributeName())
  for (const name of Object.keys(own)) {
    if (known.includes(name)) continue
    const option = workloadOptions().find((each) => each.attributeName() === name)
    const flag = option?.long ?? `--${name}`
    const able = [...workloads.values()].filter(({ options }) => isAmong(options, flag))
    const names = able.map(({ name }) => name).join(', ')
    throw new UsageError(`expected ${flag} with ${names}, got it with "${workload.name}"`)
  }
}

function isAmong(options: readonly WorkloadOption[], flag: string): boolean {
  return options.some(({ flags }) => flags.split(' ').includes(flag))
}

function appended(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text]
}
