import { perPacket } from '../../model/kernel-counts.ts'
import type { Labels } from '../../model/row.ts'
import type { Configured, Place, Workload } from '../../model/workload.ts'
import { UsageError } from '../../options/usage-error.ts'
import { busiestQueue } from './arrivals.ts'
import { readCapture } from './capture-traffic.ts'
import { DISPATCH_OPTIONS, type DispatchOptions } from './dispatch-options.ts'
import { DispatchProgram } from './dispatch-program.ts'
import type { CaptureTraffic, DispatchSettings, Traffic } from './dispatch-settings.ts'
import { PARTS } from './receiver.ts'
import { NO_LOCK, RegistryLock } from './registry-lock.ts'
import { nameOf, spreadOf } from './spread.ts'

/** Ns that a driver takes for a packet: assumed, a seventh of what forwarding one takes. */
const RECEIVE_NS = 100
const FLOWS = 10_000
const NS_PER_S = 1e9

/** Packets come in, and netisr has them handled: where, in which thread, and how soon. */
export const dispatch: Workload<DispatchOptions, DispatchSettings> = {
  name: 'dispatch',
  machines: ['sim', 'live'],
  summary: 'packets, made up or of a capture, that netisr dispatches to CPUs',
  options: DISPATCH_OPTIONS,
  isCounted: true,
  configure,
  metrics: [
    { name: 'rate', unit: '1/s', from: 'count' },
    { name: 'latency', unit: 'ns', from: 'latency' },
    { name: 'lost', unit: 'share', from: 'latency', per: PARTS },
    { name: 'busiest', unit: 'share', from: 'latency', per: PARTS },
    { name: 'switches', unit: 'each', from: (of) => perPacket(of, (c) => c.switches) },
    { name: 'ipis', unit: 'each', from: (of) => perPacket(of, (c) => c.ipis) },
  ],
  kernel: new DispatchProgram(),
}

function configure(options: DispatchOptions, place: Place): Configured<DispatchSettings> {
  const { cpus, seed } = place
  const { dispatch: kind = 'direct', policy = 'flow', receiver = 'polled' } = options
  const [threads, queues] = [options.threads, options.queues].map((asked = 'all') => {
    return asked === 'all' ? cpus : asked
  }) as [number, number]
  const { budget = 64, limit = 256, ring = 1024, registryLock = NO_LOCK } = options
  const { force: mayStarve = false } = options
  const intervalNs = (options.interval ?? 0) * 1e3
  const bounds = { budget, intervalNs, limit, ring, mayStarve }
  const shape = { dispatch: kind, policy, receiver, threads, queues, ...bounds }
  checkShape(shape, cpus)
  RegistryLock.kindOf(registryLock)
  const file = options.pcap === undefined ? undefined : readCapture(options.pcap)
  const traffic = file === undefined ? madeUp(options) : ofFile(options, file)
  const nanoseconds = { receiveNs: options.receive ?? RECEIVE_NS, workNs: workOf(options, place) }
  const leader = busiestQueue(traffic, queues)
  const settings: DispatchSettings = { ...shape, ...nanoseconds, registryLock, traffic, leader }
  const labels = labelsOf(options, settings)
  return {
    detail: `${kind}, ${policy}`,
    configurations: [{ name: kind, settings, labels }],
    ...(file && { shown: spreadOf(file, cpus, seed, options.picture) }),
  }
}

function workOf({ work }: DispatchOptions, { profile }: Place): number {
  return work ?? profile.workNs['forward-packet']?.value ?? 1
}

function checkShape(
  {
    dispatch: kind,
    policy,
    threads,
    queues,
    mayStarve,
  }: Pick<DispatchSettings, 'dispatch' | 'policy' | 'threads' | 'queues' | 'mayStarve'>,
  cpus: number,
): void {
  for (const [name, count] of Object.entries({ threads, queues })) {
    if (count <= cpus) continue
    throw new UsageError(`expected --${name} to be at most ${cpus}, as many as CPUs, got ${count}`)
  }
  if (mayStarve || kind !== 'hybrid' || threads > 1 || cpus === 1 || policy === 'source') return
  throw new UsageError(
    `expected --threads above 1 for hybrid dispatch with policy ${policy} over ${cpus} CPUs, ` +
      'which starve otherwise, got 1 (--force runs it all the same)',
  )
}

function madeUp(options: DispatchOptions): Traffic {
  const { flows = FLOWS, arrival = 'poisson', zipf = 0, offered = 'max', picture } = options
  if (picture !== undefined) throw new UsageError('expected --picture with --pcap, got it alone')
  const perSecond = offered === 'max' ? Number.POSITIVE_INFINITY : offered
  return { kind: 'synthetic', flows, arrival, zipf, perSecond }
}

/** A file's packets have times and flows of their own. */
function ofFile(
  options: DispatchOptions,
  file: Omit<CaptureTraffic, 'kind' | 'isFlood'>,
): Traffic {
  for (const name of ['flows', 'arrival', 'zipf'] as const) {
    if (options[name] === undefined) continue
    throw new UsageError(`expected --${name} with packets that are made up, got it with --pcap`)
  }
  const { offered } = options
  const { flows, sources } = file
  const timesNs = typeof offered === 'number' ? scaled(file.timesNs, offered) : file.timesNs
  const lastNs = timesNs[timesNs.length - 1]!
  const isFlood = offered === 'max' || lastNs === 0
  return { kind: 'capture', timesNs, flows, sources, isFlood }
}

/** The times, so much slower or faster that so many come per second on the mean. */
function scaled(timesNs: Float64Array, perSecond: number): Float64Array {
  const lastNs = timesNs[timesNs.length - 1]!
  const wantedNs = ((timesNs.length - 1) * NS_PER_S) / perSecond
  return lastNs === 0 ? timesNs : timesNs.map((ns) => ns * (wantedNs / lastNs))
}

/** Whether packets come as soon as they are taken: a file's, too, when it has no other times. */
function isFlood(traffic: Traffic): boolean {
  return traffic.kind === 'synthetic' || traffic.isFlood
}

/** What rows are told apart by: what was typed besides what always is said. */
function labelsOf(options: DispatchOptions, settings: DispatchSettings): Labels {
  const { policy, threads, queues, receiver, traffic } = settings
  const { offered, arrival, zipf, budget, interval, limit, ring, work, receive, pcap } = options
  const { registryLock } = options
  const own = { arrival, zipf, budget, interval, limit, ring, work, receive, registryLock }
  const typed = Object.entries(own).filter(([, value]) => value !== undefined)
  return {
    policy,
    threads,
    queues,
    receiver,
    ...(traffic.kind === 'synthetic' ? { flows: traffic.flows } : { pcap: nameOf(pcap!) }),
    offered: offered ?? (isFlood(traffic) ? 'max' : 'as captured'),
    ...(Object.fromEntries(typed) as Labels),
  }
}
