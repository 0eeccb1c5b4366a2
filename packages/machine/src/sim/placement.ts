import { came } from '@smpnet/memory'
import { mostCpus } from './check-profile.ts'
import type { Profile, Topology } from './profiles/profile.ts'
import { coresOf, type Distance, distanceBetween, SIBLING } from './topology.ts'

/** No CPU. */
export const NOBODY = -1

/**
 * Which hardware threads of a machine its simulated CPUs are: CPU i is thread `threads[i]`, as a
 * kernel sees it that was given only these. How far CPUs are from each other, and which of them
 * share a core, follows from that.
 */
export class Placement {
  readonly cpus: number

  constructor(
    readonly topology: Topology,
    readonly threads: readonly number[],
  ) {
    this.cpus = threads.length
  }

  /** The first `cpus` threads of a machine: cores first, socket by socket. */
  static first(topology: Topology, cpus: number): Placement {
    return new Placement(
      topology,
      Array.from({ length: cpus }, (_, cpu) => cpu),
    )
  }

  distance(one: number, other: number): Distance {
    return distanceBetween(this.topology, this.threads[one]!, this.threads[other]!)
  }

  /** The socket that a CPU is on. */
  socketOf(cpu: number): number {
    const { coresPerDomain, domainsPerSocket } = this.topology
    const core = this.threads[cpu]! % coresOf(this.topology)
    return Math.floor(core / (coresPerDomain * domainsPerSocket))
  }

  /** The sockets that have CPUs, in order. */
  sockets(): readonly number[] {
    const used = new Set(this.threads.map((_, cpu) => this.socketOf(cpu)))
    return [...used].sort((one, other) => one - other)
  }

  /** By CPU: another one of the same core, or NOBODY. */
  siblings(): Int16Array {
    return Int16Array.from({ length: this.cpus }, (_, cpu) =>
      this.threads.findIndex((_thread, other) => this.distance(cpu, other) === SIBLING),
    )
  }
}

/**
 * The threads that were asked for, or the first `cpus`. Throws a RangeError for a thread that the
 * machine has not, one that is named twice, and another number than `cpus`.
 */
export function placementOf(profile: Profile, cpus: number, on?: readonly number[]): Placement {
  if (on === undefined) return Placement.first(profile.topology, cpus)
  const most = mostCpus(profile)
  if (!Array.isArray(on) || on.length !== cpus || new Set(on).size !== cpus) {
    const expected = `on names ${cpus} threads of ${profile.name}, each once, as many as CPUs`
    throw new RangeError(`${expected}: ${Array.isArray(on) ? on.join(',') : came(on)} came`)
  }
  const wrong = on.find((thread) => !Number.isInteger(thread) || thread < 0 || thread >= most)
  if (wrong === undefined) return new Placement(profile.topology, on)
  throw new RangeError(`${profile.name} has the threads 0 to ${most - 1}: ${came(wrong)} came`)
}
