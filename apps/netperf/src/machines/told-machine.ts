import { coresHere } from '@smpnet/machine/live'
import { mostCpus, type Profile, profiles, withFigures } from '@smpnet/machine/sim'
import type { Labels } from '../model/row.ts'
import { UsageError } from '../options/usage-error.ts'

/** No computer has more cores. */
const MOST_CORES = 1 << 16

/** A machine is its name, where that says all. */
export function namedMachine(profile: Profile): string | Profile {
  return profiles.get(profile.name) === profile ? profile.name : profile
}

/** `read-hpet=300` or `queue.holdNs=20`, each as a name with its number. Throws a UsageError. */
export function pricesFrom(typed: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    typed.map((text) => {
      const [, name, number = ''] = /^([\w.-]+)=(\d*\.?\d+)$/.exec(text) ?? []
      if (name !== undefined) return [name, Number(number)]
      const expected = 'expected --price to be a name and its ns, such as read-hpet=300'
      throw new UsageError(`${expected}, got "${text}"`)
    }),
  )
}

/** The machine with other prices. Throws a UsageError for what it has no price of. */
export function pricedMachine(profile: Profile, typed: readonly string[]): Profile {
  if (typed.length === 0) return profile
  try {
    return withFigures(profile, pricesFrom(typed), 'the option --price')
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--price: ${error.message}`)
    throw error
  }
}

/** What rows say of prices that were told. */
export function priceLabels(typed: readonly string[]): Labels {
  return typed.length === 0 ? {} : { price: typed.join(' ') }
}

/** `0-7,16-23` as threads of a machine. Throws a UsageError. */
export function threadsFrom(text: string, profile: Profile): number[] {
  const most = mostCpus(profile)
  const threads = numbersFrom(text, most)
  if (threads !== undefined) return threads
  throw new UsageError(
    `expected --on to be threads of ${profile.name} from 0 to ${most - 1}, each once, such as ` +
      `0-7 or 0-3,8-11, got "${text}"`,
  )
}

/** What the live machine is left to: the operating system puts threads on any core. */
export const ANY_CORE = 'any'

/** `0,1` as cores of this computer; none for `any`. Throws a UsageError. */
export function coresFrom(text: string): number[] {
  if (text === ANY_CORE) return []
  const here = coresHere()
  const cores = numbersFrom(text, MOST_CORES)
  if (cores?.every((core) => here.includes(core))) return cores
  const known =
    here.length === 0
      ? 'any, since threads cannot be bound here'
      : `any, or cores of ${threadsText(here)}, each once`
  throw new UsageError(`expected --on to be ${known}, got "${text}"`)
}

/** A core for each CPU, where there are as many; none where there are not, or none can be had. */
export function ownCores(cpus: number): number[] {
  const here = coresHere()
  return cpus <= here.length ? here.slice(0, cpus) : []
}

/** `0-7,16-23` as different numbers below `most`; undefined for anything else. */
function numbersFrom(text: string, most: number): number[] | undefined {
  const numbers = text.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? []
    const from = Number(first ?? Number.NaN)
    const to = Number(last ?? Number.NaN)
    if (!(from <= to && to < most)) return [Number.NaN]
    return Array.from({ length: to - from + 1 }, (_, index) => from + index)
  })
  const isList = new Set(numbers).size === numbers.length && !numbers.includes(Number.NaN)
  return isList ? numbers : undefined
}

/** Threads as they are typed. */
export function threadsText(threads: readonly number[]): string {
  const runs: [number, number][] = []
  for (const thread of threads) {
    const last = runs.at(-1)
    if (last !== undefined && thread === last[1] + 1) last[1] = thread
    else runs.push([thread, thread])
  }
  return runs.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(',')
}
