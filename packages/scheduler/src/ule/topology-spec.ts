import type { CpuGroup } from './cpu-groups.ts'
import type { UleCpu } from './ule-cpu-view.ts'

const BITS_PER_WORD = 64

/**
 * The groups of CPUs that ULE sees, near ones within far ones, as XML in the layout of FreeBSD's
 * sysctl of this name (sysctl_kern_sched_topology_spec_internal).
 */
export function topologySpec(cpus: readonly UleCpu[]): string {
  const everyone = { cpus: cpus.map(({ index }) => index), cacheLevel: 0 }
  const top = cpus[0]?.groups.at(-1) ?? everyone
  return ['<groups>', ...groupLines(top, cpus, 1), '</groups>'].join('\n')
}

function groupLines(group: CpuGroup, cpus: readonly UleCpu[], indent: number): string[] {
  const { length } = group.cpus
  const children = childrenOf(group, cpus).flatMap((child) => groupLines(child, cpus, indent + 2))
  const list = group.cpus.join(', ')
  const lines = [
    `<group level="${1 + (indent >> 1)}" cache-level="${group.cacheLevel}">`,
    ` <cpu count="${length}" mask="${maskOf(group.cpus, cpus.length)}">${list}</cpu>`,
    ...(group.cacheLevel === 1 ? [` <flags>${flag('THREAD')}${flag('SMT')}</flags>`] : []),
    ...(children.length > 0 ? [' <children>'] : []),
  ]
  const end = [...(children.length > 0 ? [' </children>'] : []), '</group>']
  const pad = ' '.repeat(indent)
  return [...lines.map((line) => pad + line), ...children, ...end.map((line) => pad + line)]
}

/** Of each CPU of a group, the largest group that is smaller than it. */
function childrenOf({ cpus: members }: CpuGroup, cpus: readonly UleCpu[]): CpuGroup[] {
  const children: CpuGroup[] = []
  for (const member of members) {
    if (children.some(({ cpus: covered }) => covered.includes(member))) continue
    const smaller = cpus[member]?.groups.filter((one) => one.cpus.length < members.length)
    const child = smaller?.at(-1)
    if (child !== undefined) children.push(child)
  }
  return children
}

/** Hexadecimal words of 64 CPUs, the first CPUs first. */
function maskOf(members: readonly number[], cpus: number): string {
  const words: bigint[] = Array(Math.ceil(cpus / BITS_PER_WORD)).fill(0n)
  for (const cpu of members) {
    words[Math.floor(cpu / BITS_PER_WORD)]! |= 1n << BigInt(cpu % BITS_PER_WORD)
  }
  return words.map((word) => word.toString(16)).join(',')
}

function flag(name: string): string {
  return `<flag name="${name}">${name} group</flag>`
}
