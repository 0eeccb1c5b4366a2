import { DISPATCHES, POLICIES } from '@smpnet/netisr'
import { BSD_DEFAULTS, ULE_DEFAULTS } from '@smpnet/scheduler'
import { BACKOFF_NAMES } from '@smpnet/sync'
import { lockTable } from '@smpnet/sync/kinds'
import { SIM_COUNTERS } from '../../clock/sim-counters.ts'
import {
  ACCOUNTING_NAMES,
  ACTIONS_NAMES,
  LOCKING_NAMES,
  PCB_HASH_HELD,
  type PolicyName,
  type StackConfig,
  WAKEUP_NAMES,
} from '../stack-config.ts'
import {
  countOrAll,
  flag,
  machineName,
  number,
  orDefault,
  quantity,
  renamed,
  type SysctlType,
  threshold,
  words,
} from './sysctl-type.ts'

/** A key of a configuration by the name that it has in FreeBSD's sysctl tree. */
export interface Sysctl {
  readonly name: string
  /** Where the key is: `netisr.limit`. */
  readonly path: string
  readonly type: SysctlType
  readonly description: string
  /** The schedulers that have it; all when absent. */
  readonly of?: readonly PolicyName[]
  readonly isReadOnly?: boolean
}

/** What is worked out from a configuration, and cannot be set. */
export interface DerivedSysctl {
  readonly name: string
  readonly description: string
  derive(config: StackConfig): string | number
}

/** What FreeBSD calls the schedulers. */
export const SCHEDULERS = { priority: 'priority', '4bsd': '4BSD', ule: 'ULE' } as const
const LOCKS = words(lockTable.map(({ name }) => name))

/** A line for each key; what FreeBSD has no name for is below `smpnet`. */
export const SYSCTLS: readonly Sysctl[] = [
  at('kern.sched.name', 'scheduler.policy', renamed(SCHEDULERS), 'Scheduler name'),
  at(
    'kern.sched.preempt_thresh',
    'scheduler.preemption',
    threshold,
    'Last priority that preempts',
  ),
  knob('kern.sched.slice', 'slice', number, 'Ticks of a turn', '4bsd', 'ule'),
  knob('kern.hz', 'hz', number, 'Clock ticks a second', '4bsd', 'ule'),
  knob(
    'kern.sched.runq_fuzz',
    'runqFuzz',
    number,
    'Queued threads searched for a warm one',
    '4bsd',
  ),
  knob('kern.sched.ipiwakeup.enabled', 'ipiWakeup', flag, 'Whether idle CPUs are woken', '4bsd'),
  knob('kern.sched.interact', 'interact', number, 'Score below which one is interactive', 'ule'),
  knob('kern.sched.affinity', 'affinity', number, 'Ticks for which a cache stays warm', 'ule'),
  knob('kern.sched.balance', 'balance', flag, 'Whether long queues are balanced', 'ule'),
  knob(
    'kern.sched.balance_interval',
    'balanceInterval',
    number,
    'Ticks between balancings',
    'ule',
  ),
  knob('kern.sched.steal_idle', 'stealIdle', flag, 'Whether idle CPUs take work', 'ule'),
  knob('kern.sched.steal_thresh', 'stealThresh', number, 'Load from which a CPU is robbed', 'ule'),
  knob(
    'kern.sched.trysteal_limit',
    'trystealLimit',
    number,
    'Groups to search before idle',
    'ule',
  ),
  knob('kern.sched.always_steal', 'alwaysSteal', flag, 'Whether idle CPUs search again', 'ule'),
  knob('kern.sched.idlespins', 'idleSpins', number, 'Turns that an idle CPU watches', 'ule'),
  knob('kern.sched.idlespinthresh', 'idleSpinThresh', number, 'Switches to do so', 'ule'),
  at(
    'kern.timecounter.hardware',
    'scheduler.timecounter',
    orDefault(SIM_COUNTERS),
    'Timecounter that switches are billed by',
  ),
  at('kern.ipc.nmbufs', 'mbufs.mbufs', number, 'Mbufs'),
  at('kern.ipc.nmbclusters', 'mbufs.of2k', number, 'Mbuf clusters of 2 KiB'),
  at('kern.ipc.nmbjumbop', 'mbufs.of4k', number, 'Mbuf clusters of a page'),
  at('kern.ipc.nmbjumbo9', 'mbufs.of9k', number, 'Mbuf clusters of 9 KiB'),
  at('kern.ipc.maxsockets', 'socket.sockets', number, 'Sockets that can be open at once'),
  at('net.bpf.bufsize', 'captures.ringBytes', number, 'Bytes of each CPU’s ring of captures'),
  at('net.isr.dispatch', 'netisr.dispatch', words(DISPATCHES), 'Dispatch policy'),
  at('net.isr.maxthreads', 'netisr.threads', countOrAll, 'Workstreams; -1: one for each CPU'),
  at('net.isr.bindthreads', 'netisr.bind', flag, 'Whether workers stay on their CPUs'),
  at('net.isr.defaultqlimit', 'netisr.limit', number, 'Packets in a queue'),
  at('net.inet.rss.buckets', 'netisr.buckets', number, 'Buckets of flows; 0: flows stay'),
  at('net.inet.udp.recvspace', 'socket.receiveBytes', number, 'Bytes held for receivers'),
  at('debug.witness.watch', 'locks.watch', flag, 'Whether lock orders are learnt and checked'),
  at('debug.lock.prof.enable', 'locks.profile', flag, 'Whether locks are counted and timed'),
  readOnly('hw.ncpu', 'machine.cpus', number, 'CPUs'),
  readOnly('hw.physmem', 'machine.memoryBytes', number, 'Bytes of memory'),
  at('smpnet.actions', 'actions', words(ACTIONS_NAMES), 'When protocols output and wake'),
  at('smpnet.bpf.snaplen', 'captures.snapBytes', number, 'Bytes kept of a captured packet'),
  at('smpnet.ipc.nmbjumbo64', 'mbufs.of64k', number, 'Mbuf clusters of 64 KiB'),
  at('smpnet.isr.maystarve', 'netisr.mayStarve', flag, 'Whether what starves is let be'),
  at('smpnet.isr.maxwait', 'netisr.maxWaitUs', number, 'Most µs that a queue waits; 0: any'),
  at('smpnet.isr.policy', 'netisr.policy', words(POLICIES), 'What a packet’s CPU is chosen by'),
  at('smpnet.isr.steering', 'netisr.steering', flag, 'Whether receives steer their flows'),
  at('smpnet.locks.addresslist', 'locks.addressList', LOCKS, 'Lock of addresses and routes'),
  at('smpnet.locks.backoff', 'locks.backoff', words(BACKOFF_NAMES), 'Between two looks at a lock'),
  at('smpnet.locks.pcbhash', 'locks.pcbHash', LOCKS, 'Lock of the control blocks'),
  at('smpnet.locks.pcbhash_held', 'locks.pcbHashHeld', words(PCB_HASH_HELD), 'Until when'),
  readOnly('smpnet.machine.kind', 'machine.kind', words(['sim', 'live']), 'Kind of the machine'),
  readOnly('smpnet.machine.profile', 'machine.profile', machineName, 'Machine that is simulated'),
  readOnly('smpnet.machine.guests', 'machine.guests', number, 'Threads outside that may attach'),
  readOnly('smpnet.machine.hz', 'machine.hz', orDefault([]), 'Timer interrupts a second'),
  readOnly('smpnet.machine.idlespin', 'machine.idleSpinNs', orDefault([]), 'Ns before idle sleep'),
  readOnly('smpnet.machine.on', 'machine.on', orDefault([]), 'Threads that its CPUs are'),
  readOnly('smpnet.machine.seed', 'machine.seed', number, 'Seed of all chance'),
  at(
    'smpnet.sched.accounting',
    'scheduler.accounting',
    words(ACCOUNTING_NAMES),
    'What threads are billed in',
  ),
  knob('smpnet.sched.loadavg', 'loadAverage', quantity, 'Load average to begin with', '4bsd'),
  knob('smpnet.sched.slice_min_divisor', 'sliceMinDivisor', number, 'Least part of a turn', 'ule'),
  knob('smpnet.sched.stathz', 'stathz', number, 'Samples of usage a second', '4bsd', 'ule'),
  at('smpnet.sched.wakeup', 'scheduler.wakeup', words(WAKEUP_NAMES), 'What wakers go through'),
  at('smpnet.socket.locking', 'socket.locking', words(LOCKING_NAMES), 'Locks of a socket'),
  at('smpnet.statistics', 'statistics', flag, 'Whether live CPUs answer for statistics'),
]

export const DERIVED: readonly DerivedSysctl[] = [
  {
    name: 'kern.sched.available',
    description: 'Schedulers that there are',
    derive: () => Object.values(SCHEDULERS).join(' '),
  },
  {
    name: 'kern.sched.preemption',
    description: 'Whether threads of the kernel preempt',
    derive: ({ scheduler }) => Number(threshold.show(scheduler.preemption) !== 0),
  },
  {
    name: 'net.isr.numthreads',
    description: 'Workstreams that there are',
    derive: ({ netisr, machine }) => (netisr.threads === 'all' ? machine.cpus : netisr.threads),
  },
]

/** The knobs that are not written down, by policy. */
export const KNOB_DEFAULTS = { priority: {}, '4bsd': BSD_DEFAULTS, ule: ULE_DEFAULTS } as const

function at(name: string, path: string, type: SysctlType, description: string): Sysctl {
  return { name, path, type, description }
}

function readOnly(name: string, path: string, type: SysctlType, description: string): Sysctl {
  return { name, path, type, description, isReadOnly: true }
}

function knob(
  name: string,
  key: string,
  type: SysctlType,
  description: string,
  ...of: readonly PolicyName[]
): Sysctl {
  return { name, path: `scheduler.knobs.${key}`, type, description, of }
}
