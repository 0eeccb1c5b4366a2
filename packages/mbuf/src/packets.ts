import {
  type Address,
  type Interrupt,
  type Memory,
  NIL,
  type Place,
  type Waiting,
} from '@smpnet/memory'
import { Chains } from './chain/chains.ts'
import { BUFFER_BYTES, CLASS, HEADROOM_BYTES, MBUF, OWNER_SHIFT, PACKET } from './layout/header.ts'
import { type Building, buffersFor, PacketBuilding } from './pool/building.ts'
import { ensureAll } from './pool/ensuring.ts'
import type { ClusterCounts, MbufHandle } from './pool/pool-shape.ts'
import { Stock } from './pool/stock.ts'

const NEXT = MBUF.offset.next
/** Bytes that a packet of one mbuf has room for, and one with the smallest cluster. */
const IN_MBUF = BUFFER_BYTES[0] - HEADROOM_BYTES
const IN_CLUSTER = BUFFER_BYTES[1] - HEADROOM_BYTES
const SMALL_CLUSTER = 1

/**
 * How packets come and go. Each way exists for each context: `try…` is plain code, which gives NIL
 * when this CPU does not hold what it takes; the generator of the same name waits for the depot,
 * and gives NIL, counted, when too much is in use; `…Now` is for the handler of an interrupt. An
 * allocation that fails has given back what it had got.
 */
export class Packets extends Chains {
  readonly #hasSmallClusters: boolean

  constructor(
    memory: Memory,
    readonly handle: MbufHandle,
    protected readonly stock = new Stock(memory, handle),
  ) {
    super(memory)
    this.#hasSmallClusters = handle.zones[SMALL_CLUSTER] !== null
  }

  /**
   * A packet of `bytes` bytes, as they happen to be, with 64 bytes of headroom: in one mbuf up to
   * 192 bytes, else in clusters, as few and as small as can be. NIL also for a chain that is too
   * long to be tried, of more than two magazines' worth.
   */
  tryAlloc(place: Place, bytes: number, owner = 0): Address {
    const kind = PACKET | (owner << OWNER_SHIFT)
    if (bytes >>> 0 <= IN_MBUF) return this.stock.tryTake(place, kind, HEADROOM_BYTES, bytes)
    if (bytes >>> 0 <= IN_CLUSTER && this.#hasSmallClusters) {
      return this.stock.tryTake(place, kind | SMALL_CLUSTER, HEADROOM_BYTES, bytes)
    }
    return this.tryBuild(place, this.#packet(bytes, owner))
  }
  *alloc(place: Place, bytes: number, owner = 0): Waiting<Address> {
    const packet = this.tryAlloc(place, bytes, owner)
    return packet !== NIL ? packet : yield* this.build(place, this.#packet(bytes, owner))
  }
  allocNow(irq: Interrupt, bytes: number, owner = 0): Address {
    return this.buildNow(irq, this.#packet(bytes, owner))
  }

  /**
   * Has this CPU hold what `packets` packets of `bytes` bytes take: until the caller yields, as
   * many calls of `tryAlloc` there give one. False, and counted, when too much is in use.
   */
  *ensure(place: Place, bytes: number, packets = 1): Waiting<boolean> {
    const counts = buffersFor(this.stock, expectBytes(bytes)).map((count) => count * packets)
    const isEnsured = yield* ensureAll(this.stock, place, counts)
    if (!isEnsured) this.stock.count(place, 'failed')
    return isEnsured
  }

  /**
   * Has again what buffers the thread of that number held idle, which has ended, and lets go what
   * it was about in their depots. Packets that it had are in use still. For one undertaker after
   * the other, before others have that number.
   */
  bury(thread: number): Waiting {
    return this.stock.bury(thread)
  }

  /**
   * Frees a packet, or the mbufs of one from `packet` on. NIL when all is done; else what is left,
   * for `yield* free(place, rest)`, since this CPU has no room or is ahead of simulated time.
   */
  tryFree(place: Place, packet: Address): Address {
    const { memory } = this
    for (let mbuf = packet; mbuf !== NIL; ) {
      const next = memory.read(mbuf + NEXT)
      if (!this.stock.tryRelease(place, mbuf)) return mbuf
      mbuf = next
    }
    return NIL
  }
  *free(place: Place, packet: Address): Waiting {
    let rest = this.tryFree(place, packet)
    while (rest !== NIL) {
      const next = this.memory.read(rest + NEXT)
      yield* this.stock.release(place, rest)
      rest = this.tryFree(place, next)
    }
  }
  freeNow(irq: Interrupt, packet: Address): void {
    for (let mbuf = packet; mbuf !== NIL; ) {
      const next = this.memory.read(mbuf + NEXT)
      this.stock.releaseNow(irq, mbuf)
      mbuf = next
    }
  }

  /** Buffers in use, and what failed: exact when no CPU allocates meanwhile. */
  statistics(): MbufStatistics {
    const [mbufs = 0, of2k = 0, of4k = 0, of9k = 0, of64k = 0] = BUFFER_BYTES.map((_, size) =>
      this.stock.inUse(size),
    )
    const failed = this.stock.total('failed')
    const returned = this.stock.total('returned')
    return { mbufs, clusters: { of2k, of4k, of9k, of64k }, failed, returned }
  }

  #packet(bytes: number, owner: number): PacketBuilding {
    return new PacketBuilding(this.stock, expectBytes(bytes), owner)
  }

  /** Allocates what is to be built; so do `build` and `buildNow` in their contexts. */
  protected tryBuild(place: Place, building: Building): Address {
    const stock = this.stock
    while (building.isOpen) {
      const isTried = building.count < stock.mostTried(building.kind & CLASS)
      const { kind, headroom, length } = building
      const mbuf = isTried ? stock.tryTake(place, kind, headroom, length) : NIL
      if (mbuf === NIL) return this.#tryReturn(place, building)
      building.add(mbuf)
    }
    return building.head
  }

  protected *build(place: Place, building: Building): Waiting<Address> {
    while (building.isOpen) {
      const { kind, headroom, length } = building
      const mbuf = yield* this.stock.take(place, kind, headroom, length)
      if (mbuf === NIL) {
        this.#countFailure(place, building)
        yield* this.free(place, building.head)
        return NIL
      }
      building.add(mbuf)
    }
    return building.head
  }

  protected buildNow(irq: Interrupt, building: Building): Address {
    while (building.isOpen) {
      const { kind, headroom, length } = building
      const mbuf = this.stock.takeNow(irq, kind, headroom, length)
      if (mbuf === NIL) {
        this.#countFailure(irq, building)
        this.freeNow(irq, building.head)
        return NIL
      }
      building.add(mbuf)
    }
    return building.head
  }

  /** Gives back what an attempt got; there is room for it, since it came from this CPU. */
  #tryReturn(place: Place, { head, count }: Building): Address {
    if (count > 0) this.stock.count(place, 'returned', count)
    return this.tryFree(place, head)
  }

  #countFailure(place: Place, { count }: Building): void {
    this.stock.count(place, 'failed')
    this.stock.count(place, 'returned', count)
  }
}

/** What is in use, and what failed since the buffers were placed. */
export interface MbufStatistics {
  readonly mbufs: number
  readonly clusters: Required<ClusterCounts>
  /** Allocations, and calls of `ensure`, for which too little was there. */
  readonly failed: number
  /** Buffers that were given back, since what was to follow them was not to be had. */
  readonly returned: number
}

function expectBytes(bytes: number): number {
  if (Number.isInteger(bytes) && bytes >= 0) return bytes
  throw new RangeError(`a packet has a whole number of bytes, at least 0: ${bytes} came`)
}
