import { profiles } from '@smpnet/machine/sim'
import { type Address, CACHE_LINE_BYTES } from '@smpnet/memory'
import { parseQuantity } from '../../options/quantities.ts'
import { lookUp } from '../../options/usage-error.ts'
import type { Needs, Site } from '@smpnet/stack'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import { lockKinds } from '../../locks/index.ts'
import type { ListLockKind } from '../../locks/list-lock.ts'
import { randomOf } from '../../locks/random-of.ts'
import type { Configured, Place, Workload } from '../../model/workload.ts'
import { Forwarder, type OpenStep } from './forwarder.ts'
import { parsePathStep, type PathStep, pathText } from './path-step.ts'

/** What forwarding can be told. */
export interface ForwardOptions {
  /** The locks that each packet takes; none unless told. */
  readonly pathLock?: readonly PathStep[]
  /** Ns of work for a packet without its locks; what the profile says unless told. */
  readonly work?: number
}

interface Settings {
  readonly path: readonly PathStep[]
  /** Work of a packet without its locks. */
  readonly packetNs: number
}

/** For each step, the addresses of its locks: one, or those of all flows of all CPUs. */
type Shared = readonly (readonly Address[])[]

/** Flows that the receive side gives to one CPU; no flow is on two. */
const FLOWS_PER_CPU = 16

class ForwardProgram implements KernelProgram<Settings, Shared> {
  needs({ path }: Settings, cpus: number): Needs {
    const bytes = path.map((step) => lockCount(step, cpus) * lockBytes(step, cpus))
    return { bytes: bytes.reduce((sum, each) => sum + each, 0), threads: cpus }
  }

  place({ path }: Settings, { arena, cpus }: Site): Shared {
    return path.map((step) => {
      const size = lockBytes(step, cpus)
      const count = lockCount(step, cpus)
      const at = arena.place(`the locks of "${step.name}"`, size * count)
      return Array.from({ length: count }, (_, index) => at + index * size)
    })
  }

  clients(_settings: Settings, cpus: number): number {
    return cpus
  }

  start({ path }: Settings, shared: Shared, host: KernelHost): void {
    const { cpu, seed, client, locks } = host
    const steps = path.map((step, index): OpenStep => {
      const all = shared[index] as readonly Address[]
      const first = cpu.id * FLOWS_PER_CPU
      const own = step.scope === 'flow' ? all.slice(first, first + FLOWS_PER_CPU) : all
      const open = (at: Address) =>
        kindOf(step).open({ cpu, at, spares: [], locks, named: step.name })
      return { locks: own.map(open), times: step.times }
    })
    const forwarder = new Forwarder(cpu.memory, steps, FLOWS_PER_CPU, randomOf(seed, cpu.id))
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
      description: 'a lock that each packet takes so many times, for reading; repeatable',
      repeats: true,
      parse: (...typed) => typed.map(parsePathStep),
    },
    work: {
      flags: '--work <ns>',
      description: 'ns per packet without locks (default: the profile’s)',
      parse: (typed) => parseQuantity(typed, { name: '--work', least: 1, most: 1e6 }, 'ns'),
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
  { pathLock: path = [], work }: ForwardOptions,
  { profile }: Place,
): Configured<Settings> {
  const figure = lookUp('profile', profiles, profile).workNs['forward-packet']?.value ?? 1
  const packetNs = work ?? figure
  const settings: Settings = { path, packetNs }
  const name = pathText(path)
  return { detail: name, configurations: [{ name, settings, labels: { work: packetNs } }] }
}

function kindOf({ lock }: PathStep): ListLockKind {
  return lookUp('lock', lockKinds, lock)
}

function lockCount({ scope }: PathStep, cpus: number): number {
  return scope === 'flow' ? cpus * FLOWS_PER_CPU : 1
}

/** Locks of different flows do not share a line. */
function lockBytes(step: PathStep, cpus: number): number {
  return Math.ceil(kindOf(step).bytes(cpus) / CACHE_LINE_BYTES) * CACHE_LINE_BYTES
}
