import {
  type Address,
  type Interrupt,
  type Memory,
  NIL,
  type Place,
  SETTLE,
  type Waiting,
  Zone,
} from '@smpnet/memory'
import {
  begin,
  BUFFER_BYTES,
  CLASS,
  CLASSES,
  CLUSTER,
  HEADER_BYTES,
  MBUF,
  SHARED,
} from '../layout/header.ts'
import { COUNTS, type MbufHandle } from './pool-shape.ts'

const { data: DATA, length: LENGTH, cluster: AT_CLUSTER, kind: KIND } = MBUF.offset
const REFERENCES = CLUSTER.offset.references

/**
 * The buffers that are free, and the way of one buffer, an mbuf with its cluster if it has one, out
 * of the zones and back: as plain code, as a thread that may wait, and in an interrupt. A way out
 * that fails half way has given back what it took.
 *
 * A cluster is freed with the last mbuf that refers to it. As long as there has been one reference,
 * the mbuf is not marked `SHARED`, and the count is neither read nor written. `refer` marks both
 * mbufs; from then on a reference is dropped by an atomic subtraction, unless the count is 1:
 *
 *     mbuf          count
 *     not SHARED    any       the mbuf is the only one: what frees it frees the cluster
 *     SHARED        1         the same
 *     SHARED        n > 1     what subtracts from 1 frees the cluster, others only go
 */
export class Stock {
  readonly #zones: readonly Zone[]
  readonly #mbufs: Zone

  constructor(
    readonly memory: Memory,
    readonly handle: MbufHandle,
  ) {
    // In the place of clusters that there are none of are mbufs, which `classFor` never names.
    this.#zones = handle.zones.map((zone) => Zone.open(memory, zone ?? handle.zones[0]!))
    this.#mbufs = this.#zones[0]!
  }

  /** The smallest class with room for `bytes`, or the largest if there is none. */
  classFor(bytes: number): number {
    let largest = 0
    for (let size = 0; size < CLASSES; size++) {
      if (this.handle.zones[size] === null) continue
      largest = size
      if (BUFFER_BYTES[size]! >= bytes) break
    }
    return largest
  }

  /**
   * An mbuf of this kind with its cluster; NIL when the CPU neither holds both nor gets them at
   * once.
   */
  tryTake(place: Place, kind: number, headroom: number, length: number): Address {
    const mbuf = this.#mbufs.allocAtOnce(place)
    const size = kind & CLASS
    if (size === 0 || mbuf === NIL) return this.#begun(mbuf, NIL, kind, headroom, length)
    const cluster = this.#zones[size]!.allocAtOnce(place)
    if (cluster !== NIL) return this.#begun(mbuf, cluster, kind, headroom, length)
    this.count(place, 'returned')
    this.#mbufs.tryFree(place, mbuf)
    return NIL
  }

  /** The same; NIL when all are in use. */
  *take(place: Place, kind: number, headroom: number, length: number): Waiting<Address> {
    const mbuf = yield* this.#mbufs.alloc(place)
    const size = kind & CLASS
    if (size === 0 || mbuf === NIL) return this.#begun(mbuf, NIL, kind, headroom, length)
    const cluster = yield* this.#zones[size]!.alloc(place)
    if (cluster !== NIL) return this.#begun(mbuf, cluster, kind, headroom, length)
    this.count(place, 'returned')
    yield* this.#mbufs.free(place, mbuf)
    return NIL
  }

  /** The same in the handler of an interrupt. */
  takeNow(irq: Interrupt, kind: number, headroom: number, length: number): Address {
    const mbuf = this.#mbufs.allocNow(irq)
    const size = kind & CLASS
    if (size === 0 || mbuf === NIL) return this.#begun(mbuf, NIL, kind, headroom, length)
    const cluster = this.#zones[size]!.allocNow(irq)
    if (cluster !== NIL) return this.#begun(mbuf, cluster, kind, headroom, length)
    this.count(irq, 'returned')
    this.#mbufs.freeNow(irq, mbuf)
    return NIL
  }

  /** Frees one mbuf, or says false: then it is as it was, but perhaps without its cluster. */
  tryRelease(place: Place, mbuf: Address): boolean {
    const { memory } = this
    const kind = memory.read(mbuf + KIND)
    if ((kind & CLASS) !== 0 && !this.#tryReleaseCluster(place, mbuf, kind)) return false
    this.retire(mbuf)
    if (this.#mbufs.freeAtOnce(place, mbuf)) return true
    this.#forgetCluster(mbuf, kind)
    return false
  }

  /** The same, waiting for the depot if need be, and until simulated time allows it. */
  *release(place: Place, mbuf: Address): Waiting {
    const { memory } = this
    const kind = memory.read(mbuf + KIND)
    if ((kind & SHARED) !== 0) while (!memory.settled()) yield SETTLE
    const cluster = this.#dropReference(mbuf, kind)
    this.#forgetCluster(mbuf, kind)
    if (cluster !== NIL) yield* this.#zones[kind & CLASS]!.free(place, cluster)
    this.retire(mbuf)
    yield* this.#mbufs.free(place, mbuf)
  }

  /** The same in the handler of an interrupt. */
  releaseNow(irq: Interrupt, mbuf: Address): void {
    const kind = this.memory.read(mbuf + KIND)
    const cluster = this.#dropReference(mbuf, kind)
    if (cluster !== NIL) this.#zones[kind & CLASS]!.freeNow(irq, cluster)
    this.retire(mbuf)
    this.#mbufs.freeNow(irq, mbuf)
  }

  /** Has `mbuf`, new and without a cluster, refer to the cluster that `source` refers to. */
  refer(mbuf: Address, source: Address): void {
    const { memory } = this
    const kind = memory.read(source + KIND)
    const cluster = memory.read(source + AT_CLUSTER)
    if ((kind & SHARED) !== 0) memory.add(cluster + REFERENCES, 1)
    else memory.store(cluster + REFERENCES, 2)
    memory.write(source + KIND, kind | SHARED)
    memory.write(mbuf + KIND, memory.read(mbuf + KIND) | (kind & CLASS) | SHARED)
    memory.write(mbuf + AT_CLUSTER, cluster)
  }

  /**
   * Buffers that an attempt may put into a chain when the last one is of this class: so many fit
   * into a CPU's two magazines again, which gave them out with one visit to the depot at most.
   */
  mostTried(size: number): number {
    return this.handle.zones[size]!.magazineItems
  }

  /** Has this CPU hold `count` buffers of a class. */
  ensure(place: Place, size: number, count: number): Waiting<boolean> {
    return this.#zones[size]!.ensure(place, count)
  }

  /** Has again what the thread of that number held idle, which has ended: see `Zone.bury`. */
  *bury(thread: number): Waiting {
    for (const [size, zone] of this.#zones.entries()) {
      if (this.handle.zones[size] !== null) yield* zone.bury(thread)
    }
  }

  /** Buffers of a class in use. Exact when no CPU allocates meanwhile. */
  inUse(size: number): number {
    if (this.handle.zones[size] === null) return 0
    const { allocated, freed } = this.#zones[size]!.statistics()
    return allocated - freed
  }

  /** Adds to one of this CPU's counts. */
  count(place: Place, what: 'failed' | 'returned', times = 1): void {
    const at = this.handle.at + place.cpu * COUNTS.size + COUNTS.offset[what]
    this.memory.write(at, this.memory.read(at) + times)
  }

  /** The sum of a count over the CPUs. */
  total(what: 'failed' | 'returned'): number {
    let sum = 0
    for (let cpu = 0; cpu < this.handle.cpus; cpu++) {
      sum += this.memory.read(this.handle.at + cpu * COUNTS.size + COUNTS.offset[what])
    }
    return sum
  }

  /** Sees what is about to be given out; a stock that checks looks at it. */
  protected admit(_mbuf: Address, _cluster: Address, _size: number): void {}

  /** Marks an mbuf that is about to be freed. */
  protected retire(mbuf: Address): void {
    this.memory.write(mbuf + KIND, 0)
  }

  /** Sees a cluster that is about to be freed. */
  protected retireCluster(_cluster: Address, _size: number): void {}

  #begun(
    mbuf: Address,
    cluster: Address,
    kind: number,
    headroom: number,
    length: number,
  ): Address {
    if (mbuf === NIL) return NIL
    this.admit(mbuf, cluster, kind & CLASS)
    begin(this.memory, mbuf, cluster, kind, headroom, length)
    return mbuf
  }

  #tryReleaseCluster(place: Place, mbuf: Address, kind: number): boolean {
    const { memory } = this
    if ((kind & SHARED) !== 0 && !memory.settled()) return false
    const cluster = this.#dropReference(mbuf, kind)
    if (cluster === NIL || this.#zones[kind & CLASS]!.freeAtOnce(place, cluster)) return true
    memory.write(mbuf + KIND, kind & ~SHARED)
    return false
  }

  /** Ends the mbuf's reference. Its cluster, if this was the last one, or NIL. */
  #dropReference(mbuf: Address, kind: number): Address {
    const { memory } = this
    const cluster = memory.read(mbuf + AT_CLUSTER)
    const count = cluster + REFERENCES
    if ((kind & SHARED) !== 0 && memory.load(count) !== 1 && memory.add(count, -1) !== 1)
      return NIL
    if (cluster !== NIL) this.retireCluster(cluster, kind & CLASS)
    return cluster
  }

  /** Makes an mbuf that could not be freed, but whose cluster was, one without a cluster. */
  #forgetCluster(mbuf: Address, kind: number): void {
    this.memory.write(mbuf + AT_CLUSTER, NIL)
    this.memory.write(mbuf + DATA, mbuf + HEADER_BYTES)
    this.memory.write(mbuf + LENGTH, 0)
    this.memory.write(mbuf + KIND, kind & ~(CLASS | SHARED))
  }
}
