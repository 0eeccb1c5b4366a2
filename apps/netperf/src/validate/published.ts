import type { ForwardOptions } from '../workloads/forward/forward.ts'

/** What a published figure is to the simulated machine that it stands beside. */
export type Used =
  /** The profile was given it, or fitted to it. */
  | 'input'
  /** It follows from what the profile was given, by the definition of the model. */
  | 'derived'
  /** Nothing in the profile knows it. */
  | 'predicted'

/** A figure that somebody measured on a real machine. */
export interface PublishedFigure {
  readonly of: string
  readonly value: number
  readonly unit: 'ns' | '1/s'
  readonly source: string
  readonly profile: string
  readonly used: Used
  readonly by: Program
}

/** How it is simulated. */
export type Program =
  | { readonly kind: 'forward'; readonly cpus: number; readonly own: ForwardOptions }
  /** A reader lock taken and given up, by CPUs that do nothing else, from one pair to the next. */
  | { readonly kind: 'reader-pairs'; readonly cpus: number }
  /** Additions to one word, from one to the next. */
  | { readonly kind: 'additions'; readonly cpus: number }
  | { readonly kind: 'rendezvous'; readonly cpus: number }
  /** A lock that nobody else wants. */
  | { readonly kind: 'lock-pair' }

const FORWARDING = 'FreeBSD IPv4 forwarding, 2015 to 2018'
const NETISR = 'FreeBSD IPv4 forwarding under direct dispatch, net.isr.maxthreads all'
const UNIX = 'UNIX-domain sends, one process for each CPU, machine not named'
const READERS = "perfbook, reader-writer lock back to back; glibc's, possible false sharing"

const shared = (name: string, lock: string) => ({ name, lock, scope: 'shared', times: 1 }) as const
const KERNEL_2015 = [
  shared('table', 'rwlock'),
  shared('route', 'mutex'),
  shared('neighbours', 'rwlock'),
  shared('entry', 'rwlock'),
]

function forward(cpus: number, own: ForwardOptions): Program {
  return { kind: 'forward', cpus, own }
}

const E5 = { profile: 'xeon-e5-2650', unit: '1/s' } as const
const LARGE = { profile: 'xeon-8176', unit: 'ns' } as const
/** A send without its lock: 840 ns less a pair of 14 ns. */
const SEND = { work: 826 }
const SEND_LOCK = { ...SEND, pathLock: [shared('list', 'rwlock')] }

/**
 * Every published figure that something here can simulate, besides those that profiles carry
 * themselves as their checks. Copied with what is known of their source.
 */
export const PUBLISHED: readonly PublishedFigure[] = [
  {
    ...E5,
    of: 'packets, no locks, 1 core',
    value: 1_422_556,
    source: FORWARDING,
    used: 'input',
    by: forward(1, {}),
  },
  {
    ...E5,
    of: 'packets, the four locks of 2015, 1 core',
    value: 1_233_048,
    source: FORWARDING,
    used: 'derived',
    by: forward(1, { pathLock: KERNEL_2015 }),
  },
  {
    ...E5,
    of: 'packets, one rwlock, 8 cores',
    value: 5_827_792,
    source: FORWARDING,
    used: 'input',
    by: forward(8, { pathLock: [shared('route', 'rwlock')] }),
  },
  {
    ...E5,
    of: 'packets, an rmlock, 8 cores (no locks at all give the same)',
    value: 11_282_262,
    source: FORWARDING,
    used: 'derived',
    by: forward(8, { pathLock: [shared('route', 'rmlock')] }),
  },
  {
    ...E5,
    of: 'packets, no lock left, 8 cores',
    value: 11_791_911,
    source: NETISR,
    used: 'derived',
    by: forward(8, {}),
  },
  {
    of: 'packets, 1 core of an E5-2650 v4',
    profile: 'xeon-e5-2650v4',
    value: 1e9 / 557,
    unit: '1/s',
    source: FORWARDING,
    used: 'input',
    by: forward(1, {}),
  },
  {
    of: 'packets, 1 core of a C2758',
    profile: 'atom-c2758',
    value: 1e9 / 1985,
    unit: '1/s',
    source: FORWARDING,
    used: 'input',
    by: forward(1, {}),
  },
  {
    of: 'packets, 8 cores of a C2758',
    profile: 'atom-c2758',
    value: 3_885_054,
    unit: '1/s',
    source: NETISR,
    used: 'derived',
    by: forward(8, {}),
  },
  {
    of: 'packets, 4 cores of a GX-412TC',
    profile: 'gx-412tc',
    value: 792_345,
    unit: '1/s',
    source: NETISR,
    used: 'input',
    by: forward(4, {}),
  },
  {
    of: 'an addition to one word, saturated, 8 cores (worked out from packets)',
    profile: 'xeon-e5-2650',
    value: 86,
    unit: 'ns',
    source: FORWARDING,
    used: 'predicted',
    by: { kind: 'additions', cpus: 8 },
  },
  ...([1, 2, 4] as const).map((cpus): PublishedFigure => {
    const values = { 1: 1_190_369, 2: 2_030_444, 4: 3_989_985 }
    const used = cpus === 1 ? 'input' : 'predicted'
    const of = `sends under one global rwlock, ${cpus === 1 ? '1 process' : `${cpus} processes`}`
    const by = forward(cpus, SEND_LOCK)
    return { ...LARGE, of, value: values[cpus], unit: '1/s', source: UNIX, used, by }
  }),
  ...([2, 4] as const).map((cpus): PublishedFigure => {
    const values = { 2: 2_378_618, 4: 4_780_468 }
    const of = `sends without that lock, ${cpus} processes`
    const by = forward(cpus, SEND)
    return { ...LARGE, of, value: values[cpus], unit: '1/s', source: UNIX, used: 'derived', by }
  }),
  ...([2, 8, 28, 64, 224] as const).map((cpus): PublishedFigure => {
    const values = { 2: 79, 8: 146, 28: 149, 64: 179, 224: 205 }
    const of = `a reader lock and unlock, ${cpus} CPUs at one lock`
    const by = { kind: 'reader-pairs', cpus } as const
    return { ...LARGE, of, value: values[cpus], source: READERS, used: 'predicted', by }
  }),
  {
    ...LARGE,
    of: 'a rendezvous of 104 CPUs',
    value: 45_000,
    source: 'FreeBSD rGd098fc21, worked out from 14 IPIs per operation',
    used: 'predicted',
    by: { kind: 'rendezvous', cpus: 104 },
  },
  {
    ...LARGE,
    of: 'an uncontended reader lock and unlock',
    value: 1e9 / 328e6,
    source: 'FreeBSD rS315380, 328 million per second on a Xeon of 2017',
    used: 'predicted',
    by: { kind: 'lock-pair' },
  },
]

/** What was published and nothing here simulates, with the reason. */
export const NOT_SIMULATED: readonly (readonly [figures: string, why: string])[] = [
  [
    'Core-to-core latencies of 2x X5650, 2x Gold 6242, EPYC 7R13 and Ryzen 5950X',
    'there is no profile of them, and it would be given them',
  ],
  ['Reads of timecounters, 10 ns to 4 µs', 'profiles and the timecounter package are given them'],
  ['Clocks in user mode beside system calls', 'a kernel is simulated, and no user mode'],
  ['AIM7 jobs with TSC and HPET on 72 and 240 cores', 'it is no load that is known here'],
  ['UDP sends, 847 and 952 ns', 'the prices of layers were chosen beside them'],
  ['UDP sends of 64 threads, 590 k to 2.6 M/s', 'the machine and its locks are not known'],
  ['UP, MsgP and ConnP-L of four Opteron cores', 'there is no TCP'],
  ['epair by software interrupt and by task queue', 'there is no such link'],
  ['TCP connections per second, 52 k to 150 k', 'there is no TCP'],
]
