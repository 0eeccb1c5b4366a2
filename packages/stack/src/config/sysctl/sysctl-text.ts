import type { NetisrStatistics } from '@smpnet/netisr'
import type { StackConfig } from '../stack-config.ts'
import { findSysctl, sysctlNames } from './sysctl.ts'

/** What is printed besides a configuration: what a kernel has counted. */
export interface CountedStack {
  readonly cpus: readonly CountedCpu[]
  /** Of a kernel that has a network. */
  readonly net?: CountedNet | undefined
}

/** Of a CPU: knobs and counts of its policy, by name. */
export interface CountedCpu {
  readonly sysctl: Readonly<Record<string, number | string>>
  /** Whether that policy is one for all CPUs. */
  readonly isShared: boolean
}

export interface CountedNet {
  readonly netisr: NetisrStatistics
  /** By the names that FreeBSD's structures have: `udps_ipackets`. */
  readonly counters: Readonly<Record<string, number>>
}

type Values = Map<string, string | number>

/** In the order of sysctl(8). */
const ROOTS = ['kern', 'net', 'debug', 'hw', 'smpnet']
/** Where FreeBSD has the structures of counters, which it prints in one piece. */
const STRUCTURES = {
  ips: 'net.inet.ip.stats',
  icps: 'net.inet.icmp.stats',
  udps: 'net.inet.udp.stats',
} as const

/**
 * All that a configuration has, and what a kernel has counted, in the layout of `sysctl -a`; or
 * what is at or below the names given.
 */
export function sysctlText(
  config: StackConfig,
  statistics?: CountedStack,
  below: readonly string[] = [],
): string {
  const values = sysctls(config, statistics)
  const isAsked = (name: string) => below.some((at) => `${name}.`.startsWith(`${at}.`))
  const names = [...values.keys()].filter((name) => below.length === 0 || isAsked(name))
  return names.map((name) => sysctlLine(name, values.get(name)!)).join('\n')
}

/** The same by name: what was counted stands above what was configured. */
export function sysctls(
  config: StackConfig,
  statistics?: CountedStack,
): ReadonlyMap<string, string | number> {
  const values: Values = new Map()
  for (const name of sysctlNames()) {
    const value = findSysctl(config, name)
    if (value !== undefined) values.set(name, value)
  }
  for (const [name, value] of statistics ? countedSysctls(statistics) : []) values.set(name, value)
  return new Map([...values].toSorted(([one], [other]) => compared(one, other)))
}

/** What a kernel has counted alone; several values where each CPU has its own. */
export function countedSysctls({ cpus, net }: CountedStack): ReadonlyMap<string, string | number> {
  const values: Values = new Map()
  const own = cpus[0]?.isShared ? cpus.slice(0, 1) : cpus
  for (const name of Object.keys(own[0]?.sysctl ?? {})) {
    const texts = own.map(({ sysctl }) => String(sysctl[name]))
    values.set(name, new Set(texts).size === 1 ? texts[0]! : texts.join(' '))
  }
  if (net === undefined) return values
  addWorkstreams(values, net.netisr)
  for (const [name, count] of Object.entries(net.counters)) values.set(placeOf(name), count)
  return values
}

/** `name: value`, or the value below its name where it has several lines. */
export function sysctlLine(name: string, value: string | number): string {
  const text = String(value)
  return text.includes('\n') ? `${name}:\n${text}` : `${name}: ${text}`
}

/** By the names that the fields have in FreeBSD's `struct sysctl_netisr_work`. */
function addWorkstreams(values: Values, { configuration, workstreams }: NetisrStatistics): void {
  values.set('net.isr.numthreads', configuration.threads)
  for (const { id, works } of workstreams) {
    for (const work of works) {
      const at = `net.isr.work.${id}.${work.name}`
      values.set(`${at}.len`, work.length)
      values.set(`${at}.watermark`, work.watermark)
      values.set(`${at}.dispatched`, work.dispatched)
      values.set(`${at}.hybrid_dispatched`, work.hybridDispatched)
      values.set(`${at}.qdrops`, work.drops)
      values.set(`${at}.queued`, work.queued)
      values.set(`${at}.handled`, work.handled)
    }
  }
}

function placeOf(counter: string): string {
  const [structure = ''] = counter.split('_')
  const at = STRUCTURES[structure as keyof typeof STRUCTURES] ?? 'smpnet.stats'
  return `${at}.${counter}`
}

function compared(one: string, other: string): number {
  const [first, second] = [one, other].map((name) => ROOTS.indexOf(name.split('.')[0]!))
  return first! - second! || (one < other ? -1 : 1)
}
