import type { Profile } from '@smpnet/machine/sim'
import type { DispatchName, PolicyName as NetisrPolicyName } from '@smpnet/netisr'
import type { BsdKnobs, UleKnobs } from '@smpnet/scheduler'
import type { BackoffName } from '@smpnet/sync'
import { LOCK_SCHEMES, type LockSchemeName } from '@smpnet/socket'
import type {
  AddressConfig,
  AddressInput,
  CaptureBounds,
  LinkConfig,
  LinkInput,
} from './links/link-config.ts'

/**
 * A kernel, as data: what it runs on and how it behaves. It holds no object of any package, so it
 * can be cloned, posted to workers, printed and compared, and one expression serves both machines:
 * what the CPUs of an isolate need is made from it there (`Isolate`).
 */
export interface StackConfig {
  readonly machine: MachineConfig
  readonly scheduler: SchedulerConfig
  readonly locks: LockConfig
  readonly netisr: NetisrConfig
  readonly socket: SocketConfig
  /** When protocols carry out what they want done: output and wakeups. */
  readonly actions: ActionsName
  readonly mbufs: MbufConfig
  /** Links by their names, `lo0` first. */
  readonly links: Readonly<Record<string, LinkConfig>>
  /** Addresses by the interfaces that the links make: `lo0`, and of `wire0` `wire0a`, `wire0b`. */
  readonly addresses: Readonly<Record<string, AddressConfig>>
  /** Interfaces by the networks that they lead to, besides those that addresses say. */
  readonly routes: Readonly<Record<string, string>>
  /** Room for what links capture. */
  readonly captures: CaptureBounds
  /**
   * Whether each CPU counts what wakeups lead to, and a live one keeps a thread that answers when
   * statistics are asked for.
   */
  readonly statistics: boolean
}

export type MachineConfig = SimConfig | LiveConfig

/** A simulated machine. */
export interface SimConfig {
  readonly kind: 'sim'
  /** The machine that is simulated: the name of one of `profiles`, or a profile of one's own. */
  readonly profile: string | Profile
  readonly cpus: number
  /** The hardware threads of that machine that the CPUs are; the first when absent. */
  readonly on?: readonly number[] | undefined
  /** The same seed gives the same bytes. */
  readonly seed: number
  /** Timer interrupts per second; kern.hz of the scheduler or the profile's when absent. */
  readonly hz?: number | undefined
  /** How long an idle CPU watches before it sleeps, in ns; the profile's when absent. */
  readonly idleSpinNs?: number | undefined
  /** Bytes of its memory; what the program needs when absent. */
  readonly memoryBytes?: number | undefined
}

/** Worker threads of this process, a CPU each. */
export interface LiveConfig {
  readonly kind: 'live'
  readonly cpus: number
  /** Threads outside the kernel that may attach to it, besides the one that started it. */
  readonly guests: number
  /** The core that each CPU's thread is bound to; the operating system's choice when absent. */
  readonly on?: readonly number[] | undefined
  /** For the chance that programs draw; real threads have chance of their own besides. */
  readonly seed: number
  readonly memoryBytes?: number | undefined
}

/** How a CPU chooses which thread runs, and which others may interrupt it. */
export type SchedulerConfig = SchedulerRules & SchedulerChoice

export type SchedulerChoice =
  | { readonly policy: 'priority' }
  | { readonly policy: '4bsd'; readonly knobs: Partial<BsdKnobs> }
  | { readonly policy: 'ule'; readonly knobs: Partial<UleKnobs> }

export type PolicyName = SchedulerChoice['policy']

/** What every policy has. */
export interface SchedulerRules {
  /** Which threads may preempt: none, those of the kernel, all, or those up to a priority. */
  readonly preemption: PreemptionName | number
  /** What a wakeup does to its waker. */
  readonly wakeup: WakeupName
  /** What threads are billed in. */
  readonly accounting: AccountingName
  /** What time is kept by, for `accounting`; what the machine has when absent. */
  readonly timecounter?: string | undefined
}

export const PREEMPTION_NAMES = ['none', 'kernel', 'full'] as const
export type PreemptionName = (typeof PREEMPTION_NAMES)[number]

export const WAKEUP_NAMES = ['preempt', 'no-preempt', 'deferred-to-unlock', 'handoff'] as const
export type WakeupName = (typeof WAKEUP_NAMES)[number]

/** Nothing; a reading of the timecounter at each switch; or the CPU's own cycles. */
export const ACCOUNTING_NAMES = ['none', 'time', 'cycles'] as const
export type AccountingName = (typeof ACCOUNTING_NAMES)[number]

export const POLICY_NAMES = ['priority', '4bsd', 'ule'] as const satisfies readonly PolicyName[]

/** How packets come to CPUs: FreeBSD's `net.isr`. For programs that have a network, as the next. */
export interface NetisrConfig {
  readonly dispatch: DispatchName
  readonly policy: NetisrPolicyName
  /** Workstreams, each with a worker on its CPU. */
  readonly threads: number | 'all'
  /** Whether each worker stays on its CPU. */
  readonly bind: boolean
  /** Packets in a queue. */
  readonly limit: number
  /** A queue whose first packet has waited longer, in µs, refuses more; 0 for no such bound. */
  readonly maxWaitUs: number
  /**
   * Buckets of flows, which can be moved, pinned and steered while traffic runs: a power of two, or
   * 0, by which each flow stays where its number modulo `threads` says.
   */
  readonly buckets: number
  /** Whether a receive has the packets of its flow handled on its CPU: RFS of Linux. */
  readonly steering: boolean
  /** Whether what is known to starve is let be, to be looked at. */
  readonly mayStarve: boolean
}

/** A lock for each part of a socket, or one for all of it. */
export const LOCKING_NAMES = Object.keys(LOCK_SCHEMES) as LockSchemeName[]
export type LockingName = LockSchemeName

export interface SocketConfig {
  /** How the parts of a socket are locked. */
  readonly locking: LockingName
  /** Sockets that can be open at once. */
  readonly sockets: number
  /** Bytes that a socket holds for its receivers. */
  readonly receiveBytes: number
}

/**
 * Under the locks of the control block, as in every FreeBSD; or after these, where the stack itself
 * sees that it holds locks, and then loopback may be handled in the sender's own thread.
 */
export const ACTIONS_NAMES = ['under-lock', 'after-unlock'] as const
export type ActionsName = (typeof ACTIONS_NAMES)[number]

/** How many packet buffers can be in use at once. */
export interface MbufConfig {
  readonly mbufs: number
  readonly of2k: number
  readonly of4k: number
  readonly of9k: number
  readonly of64k: number
}

/** The network's locks, and what is done with the kernel's locks besides locking. */
export interface LockConfig {
  /** Of the addresses and routes, which each packet reads: a name of `@smpnet/sync/kinds`. */
  readonly addressList: string
  /** Of the table of control blocks. */
  readonly pcbHash: string
  /** How long a sender holds that: while it looks something up, or until its packet is out. */
  readonly pcbHashHeld: PcbHashHeld
  /** How those that spin for a lock of the network wait between two looks. */
  readonly backoff: BackoffName
  /** Whether a witness learns their order and reports reversals. */
  readonly watch: boolean
  /** Whether they are counted and timed by the place where they are taken. */
  readonly profile: boolean
}

export const PCB_HASH_HELD = ['lookup', 'output'] as const
export type PcbHashHeld = (typeof PCB_HASH_HELD)[number]

/** A configuration as it is written: what is left out has a default. */
export interface StackInput {
  readonly machine: SimInput | LiveInput
  readonly scheduler?: Partial<SchedulerRules> & SchedulerInput
  readonly locks?: Partial<LockConfig>
  readonly netisr?: Partial<NetisrConfig>
  readonly socket?: Partial<SocketConfig>
  readonly actions?: ActionsName
  readonly mbufs?: Partial<MbufConfig>
  readonly links?: Readonly<Record<string, LinkInput>>
  readonly addresses?: Readonly<Record<string, AddressInput>>
  readonly routes?: Readonly<Record<string, string>>
  readonly captures?: Partial<CaptureBounds>
  readonly statistics?: boolean
}

/**
 * A part of a configuration, to be laid over another: its scheduler may leave the policy to what is
 * below.
 */
export interface StackPart extends Omit<StackInput, 'machine' | 'scheduler'> {
  readonly machine?: StackInput['machine']
  readonly scheduler?: SchedulerPart
}

export interface SchedulerPart extends Partial<SchedulerRules> {
  readonly policy?: PolicyName
  readonly knobs?: Partial<BsdKnobs> | Partial<UleKnobs>
}

export type SimInput = Pick<SimConfig, 'kind' | 'cpus'> & Partial<Omit<SimConfig, 'kind' | 'cpus'>>
export type LiveInput = Pick<LiveConfig, 'kind' | 'cpus'> &
  Partial<Omit<LiveConfig, 'kind' | 'cpus'>>

export type SchedulerInput =
  | { readonly policy: 'priority' }
  | { readonly policy: '4bsd'; readonly knobs?: Partial<BsdKnobs> }
  | { readonly policy: 'ule'; readonly knobs?: Partial<UleKnobs> }

/** A simulated machine; a Xeon E5-2650 of two sockets with seed 1 unless told. */
export function sim(options: Omit<SimInput, 'kind'>): SimInput {
  return { kind: 'sim', ...options }
}

/** Real threads. */
export function live(options: Omit<LiveInput, 'kind'>): LiveInput {
  return { kind: 'live', ...options }
}

/** The most urgent thread of the CPU, round robin among equals. */
export function priority(
  rules: Partial<SchedulerRules> = {},
): NonNullable<StackInput['scheduler']> {
  return { policy: 'priority', ...rules }
}

/** 4BSD: one queue for all CPUs, and usage that decays. */
export function bsd(
  rules: Partial<SchedulerRules> & { readonly knobs?: Partial<BsdKnobs> } = {},
): NonNullable<StackInput['scheduler']> {
  return { policy: '4bsd', ...rules }
}

/** ULE: queues for each CPU, with stealing and affinity. */
export function ule(
  rules: Partial<SchedulerRules> & { readonly knobs?: Partial<UleKnobs> } = {},
): NonNullable<StackInput['scheduler']> {
  return { policy: 'ule', ...rules }
}
