import type { Address, Arena } from '@smpnet/memory'
import { profileOf } from '@smpnet/machine/sim'
import { type Lot } from '@smpnet/park'
import { type OrderShape, Witness } from '@smpnet/sync'
import { WORK_COST_NS } from '@smpnet/timecounter'
import { CLOCK_PRICES, KERNEL_CLOCK_BYTES, KernelClock } from '../clock/kernel-clock.ts'
import type { StackConfig } from '../config/stack-config.ts'
import { netBytes, placeNet } from '../net/net-handle.ts'
import { NET_PRICES } from '../net/terms/prices.ts'
import { Gate } from './gate.ts'
import type { KernelArgs, SystemHandle } from './kernel-args.ts'
import type { Program } from './program.ts'

/**
 * How large a kernel is and what it places before its CPUs boot: first what the program shares,
 * then what the configuration asks for besides, so that a kernel that is asked for nothing has the
 * same addresses whatever this package learns to do.
 */

/** For the lot, the mailboxes and tables of the program's own. */
const SLACK_BYTES = 1024 * 1024
const BYTES_PER_CPU = 64 * 1024
const PAGE_BYTES = 4096
/** How many names and pairs of names a kernel's witness tells apart. */
export const WITNESS_SHAPE: OrderShape = { names: 64, edges: 128 }
/** Waiters besides those of threads: the thread that started the machine has some. */
const SPARE_WAITERS = 8

/** Bytes of a kernel's memory: what the configuration says, or what its program needs. */
export function memoryBytesOf<S, A>(
  config: StackConfig,
  program: Program<S, A>,
  settings: S,
): number {
  const { machine, locks, scheduler } = config
  const { bytes, net } = program.needs(settings, machine.cpus)
  const clock = scheduler.accounting === 'none' ? 0 : KERNEL_CLOCK_BYTES
  const witness = locks.watch ? Witness.bytes(WITNESS_SHAPE) : 0
  const network = net === true ? netBytes(config, placesOf(config)) : 0
  const needed = SLACK_BYTES + bytes + clock + witness + network + machine.cpus * BYTES_PER_CPU
  return machine.memoryBytes ?? Math.ceil(needed / PAGE_BYTES) * PAGE_BYTES
}

/** How many can wait in a kernel: its program's threads, and a few besides. */
export function waitersOf<S, A>(config: StackConfig, program: Program<S, A>, settings: S): number {
  const { machine } = config
  const { threads, net } = program.needs(settings, machine.cpus)
  const workers = net === true ? machine.cpus : 0
  return (
    threads +
    workers +
    // Each thread outside may have one, and the undertaker of each.
    2 * outsideOf(config) +
    SPARE_WAITERS +
    (answers(config) ? machine.cpus : 0)
  )
}

/** Whether each CPU has a thread that answers when statistics are asked for. */
export function answers({ machine, statistics }: StackConfig): boolean {
  return statistics && machine.kind === 'live'
}

/**
 * What named work costs besides what the profile says: what packages say of work for which it has
 * no price, and what the program has measured without, such as the instrument's own clock. Later
 * prices win.
 */
export function pricesOf<S, A>(config: StackConfig, program: Program<S, A>, settings: S) {
  const { scheduler, machine } = config
  const { net } = program.needs(settings, machine.cpus)
  const own = machine.kind === 'sim' ? profileOf(machine.profile).workNs : {}
  const usual = Object.entries({ ...WORK_COST_NS, ...(net === true && NET_PRICES) })
  return {
    ...Object.fromEntries(usual.filter(([name]) => !(name in own))),
    ...(scheduler.accounting !== 'none' && CLOCK_PRICES),
    ...program.prices?.(settings),
  }
}

/** The counter that threads are billed by; undefined when that is the CPU's own clock, or none. */
export function timecounterOf({ machine, scheduler }: StackConfig): string | undefined {
  if (scheduler.accounting === 'none') return undefined
  return scheduler.timecounter ?? (machine.kind === 'sim' ? 'TSC' : undefined)
}

/** Places what the CPUs share and returns what each is booted with. */
export function placeKernel<S, A>(
  config: StackConfig,
  program: Program<S, A>,
  settings: S,
  { arena, lot }: { readonly arena: Arena; readonly lot: Lot },
): KernelArgs<S, A> {
  const shared = program.place(settings, { arena, lot, cpus: config.machine.cpus })
  const { net } = program.needs(settings, config.machine.cpus)
  const system = placeSystem(config, program, arena)
  if (net !== true) return { config, settings, shared, system }
  const network = placeNet(
    config,
    arena,
    placesOf(config),
    mayDie(config) ? lot.handle : undefined,
  )
  return { config, settings, shared, system: { ...system, net: network } }
}

/** CPUs, and the threads outside a live kernel: each is a place of its own. */
function placesOf(config: StackConfig): number {
  return config.machine.cpus + outsideOf(config)
}

/** Whether threads use the network without whose CPUs it goes on. */
function mayDie({ machine }: StackConfig): boolean {
  return machine.kind === 'live' && machine.guests > 0
}

/** Threads outside a kernel: the one that starts a live one, and its guests. */
export function outsideOf({ machine }: StackConfig): number {
  return machine.kind === 'live' ? 1 + machine.guests : 0
}

function placeSystem<S, A>(
  config: StackConfig,
  program: Program<S, A>,
  arena: Arena,
): SystemHandle {
  const counter = timecounterOf(config)
  return {
    ...(counter !== undefined && { clock: KernelClock.place(arena, counter, program.counters) }),
    ...(config.locks.watch && { witness: placeWitness(arena) }),
    ...(answers(config) && { inquiry: Gate.place(arena).at }),
  }
}

function placeWitness(arena: Arena): Address {
  return arena.place('witness', Witness.bytes(WITNESS_SHAPE))
}
