import type { DistanceName, Topology } from './profiles/profile.ts'

/** How far a CPU is from another: an index, near to far. */
export type Distance = number

export const OWN: Distance = 0
export const SIBLING: Distance = 1
export const DOMAIN: Distance = 2
export const SOCKET: Distance = 3
export const REMOTE: Distance = 4
export const FAR: Distance = 5
/** How many distances there are. */
export const DISTANCES = 6

/** The names of the distances from SIBLING on. */
export const DISTANCE_NAMES: readonly DistanceName[] = [
  'sibling',
  'domain',
  'socket',
  'remote',
  'far',
]

/** How many CPUs the machine has: hardware threads. */
export function cpusOf(topology: Topology): number {
  return coresOf(topology) * topology.threadsPerCore
}

/** How far apart two CPUs are. */
export function distanceBetween(topology: Topology, one: number, other: number): Distance {
  if (one === other) return OWN
  const cores = coresOf(topology)
  const core = one % cores
  const otherCore = other % cores
  const perDomain = topology.coresPerDomain
  const perSocket = perDomain * topology.domainsPerSocket
  const perBoard = perSocket * topology.socketsPerBoard
  if (core === otherCore) return SIBLING
  if (isTogether(core, otherCore, perDomain)) return DOMAIN
  if (isTogether(core, otherCore, perSocket)) return SOCKET
  return isTogether(core, otherCore, perBoard) ? REMOTE : FAR
}

/** The distances, besides OWN, that occur among all CPUs of a machine. */
export function distancesOf(topology: Topology): readonly Distance[] {
  const found = new Set<Distance>()
  for (let cpu = 1; cpu < cpusOf(topology); cpu++) found.add(distanceBetween(topology, 0, cpu))
  return [...found].sort((one, other) => one - other)
}

/** How many cores the machine has. */
export function coresOf({ sockets, domainsPerSocket, coresPerDomain }: Topology): number {
  return sockets * domainsPerSocket * coresPerDomain
}

function isTogether(one: number, other: number, groupSize: number): boolean {
  return Math.floor(one / groupSize) === Math.floor(other / groupSize)
}

/** Which cache domain each CPU is in, and which domains lie around it. */
export class Groups {
  readonly domains: number
  readonly domainOf: Int16Array
  readonly #perSocket: number
  readonly #perBoard: number

  constructor(topology: Topology, threads: readonly number[]) {
    const cores = coresOf(topology)
    this.domains = cores / topology.coresPerDomain
    this.#perSocket = topology.domainsPerSocket
    this.#perBoard = this.#perSocket * topology.socketsPerBoard
    this.domainOf = Int16Array.from(threads, (thread) =>
      Math.floor((thread % cores) / topology.coresPerDomain),
    )
  }

  /** The first domain within a distance of `cpu`, and the one behind the last. */
  rangeOf(cpu: number, within: Distance): readonly [number, number] {
    if (within >= FAR) return [0, this.domains]
    const size = within === REMOTE ? this.#perBoard : within === SOCKET ? this.#perSocket : 1
    const begin = Math.floor(this.domainOf[cpu]! / size) * size
    return [begin, begin + size]
  }
}
