import { POLICIES, type PolicyName, wordsHash } from '@smpnet/netisr'
import { type Measured, measuredOf } from '../../model/row.ts'
import { formatted } from '../../model/formatted.ts'
import type { Shown } from '../../model/shown.ts'
import { setting, type View } from '../../model/view.ts'
import type { CaptureFile } from './capture-traffic.ts'

/** The CPU on which a flow is read, wherever its packets come in: as an application's would be. */
export function consumerOf(flow: number, seed: number, cpus: number): number {
  return (wordsHash([flow], seed) >>> 0) % cpus
}

/** Which of the workers a packet is for under each policy, where each CPU has one. */
const WORKER: Readonly<
  Record<PolicyName, (flow: number, source: number, cpus: number, seed: number) => number>
> = {
  source: (_flow, source, cpus) => source % cpus,
  flow: (flow, source, cpus) => (flow === 0 ? source : flow) % cpus,
  cpu: (flow, _source, cpus, seed) => consumerOf(flow, seed, cpus),
}

/** How many of the packets each CPU has under a policy. */
export function packetsOf(
  policy: PolicyName,
  { flows, sources }: Pick<CaptureFile, 'flows' | 'sources'>,
  cpus: number,
  seed: number,
): number[] {
  const counts = Array.from({ length: cpus }, () => 0)
  flows.forEach((flow, i) => (counts[WORKER[policy](flow, sources[i]!, cpus, seed)]! += 1))
  return counts
}

/** How a file's packets spread over CPUs under each policy: what netisr does with them. */
export function spreadOf(
  file: CaptureFile,
  cpus: number,
  seed: number,
  picture: string | undefined,
): Shown {
  const rows = POLICIES.flatMap((policy) => {
    const counts = packetsOf(policy, file, cpus, seed)
    return counts.map((count, cpu) => rowOf(policy, cpu, cpus, count / file.flows.length))
  })
  const view: View = {
    title: `Packets of ${nameOf(file.path)} by CPU`,
    workload: 'dispatch',
    metric: 'packets',
    series: setting('policy'),
    along: { label: 'CPU', of: ({ settings }) => `${settings?.['cpu']}` },
    panels: [],
  }
  return {
    notes: [fileText(file), ...POLICIES.map((name) => spreadText(name, file, cpus, seed))],
    rows,
    view,
    picture,
  }
}

function rowOf(policy: string, cpu: number, cpus: number, share: number): Measured {
  const shares = { median: share, p99: share, min: share, max: share, runs: 1, figures: [share] }
  const of = { workload: 'dispatch', machine: 'sim', variant: 'file', cpus } as const
  return measuredOf({
    ...of,
    settings: { policy, cpu },
    metric: 'packets',
    unit: 'share',
    ...shares,
  })
}

/** `a.pcapng: 1200 packets in 1.50 s, of 1 interface and 37 flows; 4 have no flow.` */
function fileText(file: CaptureFile): string {
  const { path, flows, sources, timesNs, counts, left, early, unread } = file
  const lastNs = timesNs.at(-1)!
  const links = new Set(sources).size
  const without = flows.filter((flow) => flow === 0).length
  const known = new Set(flows.filter((flow) => flow !== 0)).size
  const more = [
    without > 0 ? `${without} ${haveText(without)} no flow` : '',
    unread.length > 0 ? `none is looked for in frames of link type ${unread.join(', ')}` : '',
    early > 0 ? `${early} ${haveText(early)} a time before one before, and come with that` : '',
    lastNs === 0 ? 'they come as soon as they are taken, since no time is after the first' : '',
    left > 0 ? `${left} more ${left === 1 ? 'is' : 'are'} not looked at` : '',
    counts.malformed > 0 ? `${counts.malformed} cannot be read` : '',
    counts.truncated > 0 ? 'the last one is cut off' : '',
  ].filter((text) => text !== '')
  const of = `${plural(links, 'interface')} and ${plural(known, 'flow')}`
  const what = `${plural(flows.length, 'packet')} in ${formatted(lastNs, 'ns')}, of ${of}`
  return `${nameOf(path)}: ${[what, ...more].join('; ')}.`
}

/** `flow: the busiest of 8 CPUs has 31.2 % of the packets, 2.5 times its share; 2 have none.` */
function spreadText(policy: PolicyName, file: CaptureFile, cpus: number, seed: number): string {
  const counts = packetsOf(policy, file, cpus, seed)
  const share = Math.max(...counts) / file.flows.length
  const none = counts.filter((count) => count === 0).length
  const times = (share * cpus).toPrecision(2)
  const rest = none === 0 ? '' : `; ${none} ${haveText(none)} none`
  const busiest = `the busiest of ${plural(cpus, 'CPU')} has ${(share * 100).toFixed(1)} %`
  return `${policy}: ${busiest} of the packets, ${times} times an even share${rest}.`
}

export function nameOf(path: string): string {
  return path.split(/[/\\]/).at(-1)!
}

function haveText(count: number): string {
  return count === 1 ? 'has' : 'have'
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
