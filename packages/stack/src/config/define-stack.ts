import { mostCpus, type Profile, profileOf, profiles } from '@smpnet/machine/sim'
import { Bsd, BSD_DEFAULTS, MAX_PRIORITY, Ule, ULE_DEFAULTS } from '@smpnet/scheduler'
import { DISPATCHES, POLICIES } from '@smpnet/netisr'
import { BACKOFF_NAMES } from '@smpnet/sync'
import { lockTable } from '@smpnet/sync/kinds'
import { SIM_COUNTERS } from '../clock/sim-counters.ts'
import {
  type Check,
  checkKeys,
  flag,
  listOf,
  oneOf,
  optional,
  orEmpty,
  otherwise,
  record,
  refuse,
  StackMisconfigured,
  whole,
} from './checking/check.ts'
import { checkPlan } from './links/address-plan.ts'
import { checkAddresses, checkRoutes } from './links/check-addresses.ts'
import { captureBounds, links } from './links/check-links.ts'
import { checkOnMachine } from './check-on-machine.ts'
import {
  ACCOUNTING_NAMES,
  ACTIONS_NAMES,
  type LiveConfig,
  type LockConfig,
  LOCKING_NAMES,
  type MachineConfig,
  type MbufConfig,
  type NetisrConfig,
  PCB_HASH_HELD,
  POLICY_NAMES,
  PREEMPTION_NAMES,
  type SchedulerConfig,
  type SchedulerRules,
  type SimConfig,
  type SocketConfig,
  type StackConfig,
  type StackInput,
  WAKEUP_NAMES,
} from './stack-config.ts'

const MOST_SEED = 2 ** 32 - 1
/** As `@smpnet/machine/live` has it, which a page cannot load. */
const MOST_LIVE_CPUS = 64
/** A tick takes longer than such a period on every machine that is known. */
const MOST_HZ = 100_000
const MOST_IDLE_SPIN_NS = 1e9
const DEFAULT_PROFILE = 'xeon-e5-2650'

const memoryBytes = optional(whole(1024, 2 ** 30))
const seed = otherwise(1, whole(0, MOST_SEED))

const machineProfile: Check<SimConfig['profile']> = (came, path) => {
  if (typeof came !== 'object') {
    return otherwise(DEFAULT_PROFILE, oneOf([...profiles.keys()]))(came, path)
  }
  try {
    return profileOf(came as Profile)
  } catch (error) {
    throw new StackMisconfigured(`${path}: ${(error as Error).message}`)
  }
}

/** Cores of a computer, by their numbers, of which another one may have more than this. */
const MOST_CORES = 4096

/** As many different threads as CPUs. */
function threadsOf(cpus: number, most: number): Check<readonly number[]> {
  return (came, path) => {
    const isList = Array.isArray(came) && came.length === cpus && new Set(came).size === cpus
    if (!isList) return refuse(path, `a list of ${cpus} different threads, as many as CPUs`, came)
    return came.map((thread, index) => whole(0, most - 1)(thread, `${path}[${index}]`))
  }
}

const simMachine: Check<SimConfig> = (came, path) => {
  const profile = machineProfile((came as Partial<SimConfig>).profile, `${path}.profile`)
  const most = mostCpus(profileOf(profile))
  return record<SimConfig>({
    kind: oneOf(['sim']),
    profile: () => profile,
    cpus: whole(1, most),
    on: optional(threadsOf((came as Partial<SimConfig>).cpus ?? 0, most)),
    seed,
    hz: optional(whole(0, MOST_HZ)),
    idleSpinNs: optional(whole(0, MOST_IDLE_SPIN_NS)),
    memoryBytes,
  })(came, path)
}

const liveMachine: Check<LiveConfig> = (came, path) =>
  record<LiveConfig>({
    kind: oneOf(['live']),
    cpus: whole(1, MOST_LIVE_CPUS),
    guests: otherwise(0, whole(0, MOST_LIVE_CPUS)),
    on: optional(threadsOf((came as Partial<LiveConfig>).cpus ?? 0, MOST_CORES)),
    seed,
    memoryBytes,
  })(came, path)

const machine: Check<MachineConfig> = (came, path) => {
  const kind = (came as Partial<MachineConfig> | null | undefined)?.kind
  if (kind === 'sim') return simMachine(came, path)
  return kind === 'live' ? liveMachine(came, path) : refuse(`${path}.kind`, 'sim or live', kind)
}

const preemption: Check<SchedulerRules['preemption']> = (came, path) => {
  const isName = PREEMPTION_NAMES.some((name) => name === came)
  const isNumber = Number.isInteger(came) && Number(came) >= 0 && Number(came) <= MAX_PRIORITY
  if (isName || isNumber) return came as SchedulerRules['preemption']
  return refuse(
    path,
    `${listOf([...PREEMPTION_NAMES, `a priority from 0 to ${MAX_PRIORITY}`])}`,
    came,
  )
}

const rules: { [K in keyof SchedulerRules]-?: Check<SchedulerRules[K]> } = {
  preemption: otherwise('full', preemption),
  wakeup: otherwise('preempt', oneOf(WAKEUP_NAMES)),
  accounting: otherwise('none', oneOf(ACCOUNTING_NAMES)),
  timecounter: (came, path) => {
    return came === undefined || typeof came === 'string' ? came : refuse(path, 'a name', came)
  },
}

/** A scheduler is made to see whether it takes its knobs, and forgotten. */
function knobs<T extends object>(
  known: T,
  make: (knobs: Partial<T>) => unknown,
): Check<Partial<T>> {
  return (came, path) => {
    if (typeof came !== 'object' || came === null) return refuse(path, 'an object of knobs', came)
    checkKeys(came, Object.keys(known), path)
    try {
      make(came)
      return came
    } catch (error) {
      throw new StackMisconfigured(`${path}: ${(error as Error).message}`)
    }
  }
}

const schedulers: { [P in SchedulerConfig['policy']]: Check<SchedulerConfig> } = {
  priority: record<SchedulerRules & { policy: 'priority' }>({
    policy: oneOf(['priority']),
    ...rules,
  }),
  '4bsd': record<Extract<SchedulerConfig, { policy: '4bsd' }>>({
    policy: oneOf(['4bsd']),
    ...rules,
    knobs: otherwise(
      {},
      knobs(BSD_DEFAULTS, (given) => new Bsd(given)),
    ),
  }),
  ule: record<Extract<SchedulerConfig, { policy: 'ule' }>>({
    policy: oneOf(['ule']),
    ...rules,
    knobs: otherwise(
      {},
      knobs(ULE_DEFAULTS, (given) => new Ule(given)),
    ),
  }),
}

const scheduler: Check<SchedulerConfig> = (came, path) => {
  if (came === undefined) return schedulers.priority({ policy: 'priority' }, path)
  const { policy } = came as { policy?: unknown }
  return schedulers[oneOf(POLICY_NAMES)(policy, `${path}.policy`)](came, path)
}

/** The locks that a table of the network may have: those that are entered and exited. */
const LOCK_KINDS = lockTable.map(({ name }) => name)
const MOST_BUFFERS = 2 ** 20

const threads: Check<NetisrConfig['threads']> = (came, path) => {
  if (came === 'all') return came
  if (Number.isInteger(came) && Number(came) >= 1) return came as number
  return refuse(path, 'all or a whole number of at least 1', came)
}

const buckets: Check<number> = (came, path) => {
  const isPower = typeof came === 'number' && Number.isInteger(Math.log2(came)) && came <= 4096
  if (came === 0 || isPower) return came as number
  return refuse(path, '0 or a power of two up to 4096', came)
}

const netisr = orEmpty(
  record<NetisrConfig>({
    dispatch: otherwise('direct', oneOf(DISPATCHES)),
    policy: otherwise('source', oneOf(POLICIES)),
    threads: otherwise('all', threads),
    bind: otherwise(false, flag),
    limit: otherwise(256, whole(1, 10_240)),
    maxWaitUs: otherwise(0, whole(0, 1e9)),
    buckets: otherwise(0, buckets),
    steering: otherwise(false, flag),
    mayStarve: otherwise(false, flag),
  }),
)

const socket = orEmpty(
  record<SocketConfig>({
    locking: otherwise('split', oneOf(LOCKING_NAMES)),
    sockets: otherwise(256, whole(1, 65_536)),
    receiveBytes: otherwise(212_992, whole(1, 2 ** 24)),
  }),
)

const mbufs = orEmpty(
  record<MbufConfig>({
    mbufs: otherwise(4096, whole(16, MOST_BUFFERS)),
    of2k: otherwise(2048, whole(0, MOST_BUFFERS)),
    of4k: otherwise(64, whole(0, MOST_BUFFERS)),
    of9k: otherwise(64, whole(0, MOST_BUFFERS)),
    of64k: otherwise(16, whole(0, MOST_BUFFERS)),
  }),
)

/** What has to know the links is checked when they are. */
const unchecked = (came: unknown): never => came as never

const stack = record<StackConfig>({
  machine,
  scheduler,
  locks: orEmpty(
    record<LockConfig>({
      addressList: otherwise('rmlock', oneOf(LOCK_KINDS)),
      pcbHash: otherwise('rmlock', oneOf(LOCK_KINDS)),
      pcbHashHeld: otherwise('lookup', oneOf(PCB_HASH_HELD)),
      backoff: otherwise('none', oneOf(BACKOFF_NAMES)),
      watch: otherwise(false, flag),
      profile: otherwise(false, flag),
    }),
  ),
  netisr,
  socket,
  actions: otherwise('after-unlock', oneOf(ACTIONS_NAMES)),
  mbufs,
  links,
  addresses: unchecked,
  routes: unchecked,
  captures: captureBounds,
  statistics: otherwise(false, flag),
})

/**
 * Checks a configuration and fills in what it leaves out, before anything is started. Throws
 * StackMisconfigured, which names the key by its path, what was expected there and what came.
 */
export function defineStack(input: StackInput): StackConfig {
  const config = withInterfaces(stack(input, ''))
  checkTogether(config)
  return config
}

/** Addresses and routes are those of the interfaces that the links make. */
function withInterfaces({ statistics, ...config }: StackConfig): StackConfig {
  const addresses = checkAddresses(config.addresses, 'addresses', config.links)
  const routes = checkRoutes(config.routes, 'routes', addresses)
  return { ...config, addresses, routes, statistics }
}

function checkNetisr(netisr: NetisrConfig, cpus: number): void {
  const { threads, dispatch, policy, buckets, steering, mayStarve } = netisr
  if (steering && (buckets === 0 || policy !== 'flow')) {
    refuse('netisr.steering', 'false unless netisr.policy is flow, with netisr.buckets', true)
  }
  if (threads !== 'all' && threads > cpus) {
    refuse('netisr.threads', `all or at most ${cpus}, as many as CPUs`, threads)
  }
  const isOne = threads === 1 && cpus > 1
  if (!mayStarve && isOne && dispatch === 'hybrid' && policy !== 'source') {
    const expected = `all, since with hybrid dispatch and policy ${policy} one of ${cpus} starves`
    refuse('netisr.threads', expected, threads)
  }
}

/** Values that are right alone and wrong together. */
function checkTogether(config: StackConfig): void {
  const { machine, scheduler, netisr } = config
  checkNetisr(netisr, machine.cpus)
  checkOnMachine(config)
  checkPlan(config)
  const { accounting, timecounter } = scheduler
  if (machine.kind === 'live' && accounting === 'cycles') {
    const expected = 'none or time on real threads, since JavaScript reads no cycle counter'
    refuse('scheduler.accounting', expected, accounting)
  }
  if (timecounter === undefined) return
  if (accounting === 'none') {
    refuse('scheduler.timecounter', 'nothing where nothing is billed', timecounter)
  }
  if (machine.kind === 'sim') oneOf(SIM_COUNTERS)(timecounter, 'scheduler.timecounter')
}
