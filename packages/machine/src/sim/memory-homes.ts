import { type Distance, distanceBetween, OWN, SOCKET } from './topology.ts'
import type { Placement } from './placement.ts'

/** log2 of the lines of a page of 4 KB, by which memory is spread over sockets. */
const PAGE_SHIFT = 6

/**
 * Which socket's memory a line lies in. Pages are spread in turn over the sockets whose CPUs take
 * part, as a kernel does that interleaves, or all lie with one.
 */
export class MemoryHomes {
  readonly #sockets: number
  /** By CPU and socket: how far away that is. */
  readonly #distance: Uint8Array

  /** `home` is the socket of all memory; undefined when it is spread. */
  constructor(placement: Placement, home?: number) {
    const { topology, threads, cpus } = placement
    const perSocket = topology.coresPerDomain * topology.domainsPerSocket
    const sockets = home === undefined ? placement.sockets() : [home]
    this.#sockets = sockets.length
    this.#distance = new Uint8Array(cpus * this.#sockets)
    for (let cpu = 0; cpu < cpus; cpu++) {
      for (const [index, socket] of sockets.entries()) {
        const distance = distanceBetween(topology, threads[cpu]!, socket * perSocket)
        this.#distance[cpu * this.#sockets + index] = distance <= SOCKET ? OWN : distance
      }
    }
  }

  /** How far the home of a line is from a CPU: OWN when it is the CPU's own socket. */
  distance(cpu: number, line: number): Distance {
    const sockets = this.#sockets
    return this.#distance[cpu * sockets + ((line >> PAGE_SHIFT) % sockets)]!
  }

  /** `distance` to a line's owner, or to its home, which is asked for one of another socket. */
  farther(distance: Distance, cpu: number, line: number): Distance {
    return distance <= SOCKET ? distance : Math.max(distance, this.distance(cpu, line))
  }
}
