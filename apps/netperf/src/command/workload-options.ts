import { Option } from 'commander'
import type { Workload, WorkloadOption } from '../model/workload.ts'
import { UsageError } from '../options/usage-error.ts'
import { appended } from '../options/words.ts'
import { workloads } from '../workloads/index.ts'

/** What was typed: a text, or several for an option that repeats. */
export type TypedOptions = Readonly<Record<string, string | readonly string[] | undefined>>

type AnyOption = WorkloadOption<unknown>

/** The options of all workloads, each once, with the workloads that understand it. */
export function workloadOptions(): Option[] {
  const owners = new Map<AnyOption, string[]>()
  for (const workload of workloads.values()) {
    for (const option of Object.values(optionsOf(workload))) {
      owners.set(option, [...(owners.get(option) ?? []), workload.name])
    }
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

/** The values of a workload's options. Throws a UsageError for an option that is not its own. */
export function ownFrom(workload: Workload, typed: TypedOptions): object {
  const options = optionsOf(workload)
  const parsed = Object.entries(typed).map(([name, text]) => {
    const option = options[name] ?? refuse(workload, name)
    return [name, option.parse(...[text ?? []].flat())]
  })
  return Object.fromEntries(parsed)
}

function refuse(workload: Workload, name: string): never {
  const flag = workloadOptions().find((each) => each.attributeName() === name)?.long
  const able = [...workloads.values()].filter((each) => name in optionsOf(each))
  const names = able.map((each) => each.name).join(', ')
  throw new UsageError(`expected ${flag} with ${names}, got it with "${workload.name}"`)
}

/** The options of any workload, whose names and types are its own. */
function optionsOf(workload: Workload): Readonly<Record<string, AnyOption>> {
  return workload.options as Readonly<Record<string, AnyOption>>
}
