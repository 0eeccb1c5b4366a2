import { type Address, CACHE_LINE_BYTES } from '@smpnet/memory'
import { lookUp, UsageError } from '../../options/usage-error.ts'
import type { Needs, Site } from '@smpnet/stack'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import { lockKinds } from '../../locks/index.ts'
import type { ListLockKind } from '../../locks/list-lock.ts'
import { randomOf } from '../../locks/random-of.ts'
import type { Configured, Place, Workload } from '../../model/workload.ts'
import { Arrivals, everyNsOf } from './arrivals.ts'
import { Forwarder, type OpenStep } from './forwarder.ts'
import { parseRate, parseWeights, WORK_OPTION } from './forward-options.ts'
import { ATOMIC, parsePathStep, type PathStep, pathText } from './path-step.ts'

/** What forwarding can be told. */
export interface ForwardOptions {
  /** The locks that each packet takes; none unless told. */
  readonly pathLock?: readonly PathStep[]
  /** Ns of work for a packet without its locks; what the profile says unless told. */
  readonly work?: number
  /** Packets per second that the link delivers, of all queues; no bound unless told. */
  readonly linkRate?: number
  /** How many of them come to each queue, beside the others; as many to each unless told. */
  readonly rss?: readonly number[]
}

interface Settings {
  readonly path: readonly PathStep[]
  /** Work of a packet without its locks. */
  readonly packetNs: number
  readonly linkRate: number | undefined
  readonly rss: readonly number[] | undefined
}

/** For each step, the addresses of its locks: one, or those of all flows of all CPUs. */
type Shared = readonly (readonly Address[])[]

/** Flows that the receive side gives to one CPU; no flow is on two. */
const FLOWS_PER_CPU = 16

class ForwardProgram implements KernelProgram<Settings, Shared> {
  needs({ path }: Settings, cpus: number): Needs {
    const bytes = path.map((step) => lockCount(step, cpus) * placeBytes(step, cpus))
    return { bytes: bytes.reduce((sum, each) => sum + each, 0), threads: cpus }
  }

  place({ path }: Settings, { arena, cpus }: Site): Shared {
    return path.map((step) => {
      const size = placeBytes(step, cpus)
      const count = lockCount(step, cpus)
      const at = arena.place(`the locks of "${step.name}"`, size * count)
      return Array.from({ length: count }, (_, index) => at + index * size)
    })
  }

  clients(_settings: Settings, cpus: number): number {
    return cpus
  }

  start({ path, linkRate, rss }: Settings, shared: Shared, host: KernelHost): void {
    const { cpu, seed, client } = host
    const steps = path.map((step, index) => openStep(step, shared[index]!, host))
    const everyNs = linkRate === undefined ? 0 : everyNsOf(cpu.id, cpu.cpus, linkRate, rss)
    const arrivals = new Arrivals(everyNs)
    const random = randomOf(seed, cpu.id)
    const forwarder = new Forwarder(cpu.memory, steps, FLOWS_PER_CPU, random, arrivals)
    client(`forwarder ${cpu.id}`, (td, slice) => forwarder.run(td, slice), { pinned: true })
  }

  prices({ packetNs }: Settings): Record<string, number> {
    return { 'clock-read': 0, 'forward-packet': packetNs }
  }
}

/** All CPUs forward packets; each costs its work, and takes the locks of its path. */
export const forward: Workload<ForwardOptions, Settings> = {
  name: 'forward',
  machines: ['sim'],
  summary: 'each CPU forwards packets, which cost their work and take the locks of a path',
  options: {
    pathLock: {
      flags: '--path-lock <name:kind:shared|flow:count>',
      description:
        'a lock, or atomic, that each packet takes so many times, for reading; also :lines=N ' +
        'and :dirty=N that its sections read and write, and :write=SHARE; repeatable',
      repeats: true,
      parse: (...typed) => typed.map(parsePathStep),
    },
    work: WORK_OPTION,
    linkRate: {
      flags: '--link-rate <packets>',
      description: 'packets per second that come (default: no bound; of route: 14.88M)',
      parse: parseRate,
    },
    rss: {
      flags: '--rss <a,b>',
      description: 'how many of them come to each queue, such as 4,2,1,1 (default: alike)',
      parse: parseWeights,
    },
  },
  configure,
  metrics: [
    { name: 'packet', unit: 'ns', from: 'latency' },
    { name: 'rate', unit: '1/s', from: 'count' },
  ],
  kernel: new ForwardProgram(),
}

function configure(
  { pathLock: path = [], work, linkRate, rss }: ForwardOptions,
  { profile }: Place,
): Configured<Settings> {
  if (rss !== undefined && linkRate === undefined) {
    throw new UsageError('expected --rss with --link-rate, which it shares out, got it without')
  }
  const packetNs = work ?? profile.workNs['forward-packet']?.value ?? 1
  const settings: Settings = { path, packetNs, linkRate, rss }
  const name = pathText(path)
  const labels = {
    work: packetNs,
    ...(linkRate !== undefined && { link: linkRate }),
    ...(rss !== undefined && { rss: rss.join(':') }),
  }
  return { detail: name, configurations: [{ name, settings, labels }] }
}

function openStep(step: PathStep, all: readonly Address[], { cpu, locks }: KernelHost): OpenStep {
  const first = cpu.id * FLOWS_PER_CPU
  const own = step.scope === 'flow' ? all.slice(first, first + FLOWS_PER_CPU) : all
  const { name: named, times, lines = 0, dirty = 0, write = 0 } = step
  const places = own.map((at) => {
    const kind = step.lock === ATOMIC ? undefined : kindOf(step)
    const lock = kind?.open({ cpu, at, spares: [], locks, named })
    return { lock, at, linesAt: at + lockBytes(step, cpu.cpus) }
  })
  return { places, times, lines, dirty, write }
}

function kindOf({ lock }: PathStep): ListLockKind {
  return lookUp('lock', lockKinds, lock)
}

function lockCount({ scope }: PathStep, cpus: number): number {
  return scope === 'flow' ? cpus * FLOWS_PER_CPU : 1
}

/** Locks of different flows do not share a line. */
function lockBytes(step: PathStep, cpus: number): number {
  const bytes = step.lock === ATOMIC ? 4 : kindOf(step).bytes(cpus)
  return Math.ceil(bytes / CACHE_LINE_BYTES) * CACHE_LINE_BYTES
}

/** A lock and the lines beside it. */
function placeBytes(step: PathStep, cpus: number): number {
  const { lines = 0, dirty = 0 } = step
  return lockBytes(step, cpus) + (lines + dirty) * CACHE_LINE_BYTES
}
