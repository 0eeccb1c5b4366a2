import {
  type Address,
  type Arena,
  expectHandle,
  type HandleKind,
  type Memory,
  NIL,
  WORD_BYTES,
} from '@smpnet/memory'
import { ENDPOINT_OFFSET } from './endpoints.ts'
import { bestMatch, MOST_IN_CHAIN } from './match.ts'
import { portHash, tupleHash } from './tuple-hash.ts'

/** What a table is asked to be. */
export interface PcbTableShape {
  /** Chains: a power of two, at least as many as there are blocks for a look-up to be short. */
  readonly chains: number
  /** By chance, and not known to peers: they could make blocks that are all in one chain. */
  readonly seed: number
}

/** What another thread needs to open a table of the same memory; it can be cloned and posted. */
export interface PcbTableHandle extends PcbTableShape {
  readonly at: Address
}

const { next, nextOfPort, localAddress, localPort, foreignAddress, foreignPort } = ENDPOINT_OFFSET

const HANDLE: HandleKind = {
  of: 'a table of control blocks',
  fields: { at: 'address', chains: 'count', seed: 'any' },
}

/**
 * The control blocks of a protocol, found by the ends of a packet: FreeBSD's inpcbinfo. A block is
 * in two chains, that of its ends, or of its local port while it has no foreign end, and that of
 * its local port for those that look for a free one.
 *
 * The table takes no lock. Its caller holds the table's lock for `insert`, `remove` and
 * `isPortTaken`. `lookup` may also go on beside them, in an epoch: a block that is removed still
 * leads on to those behind it, and must not be used again before the epoch is over.
 */
export class PcbTable {
  readonly #ends: Address
  readonly #ports: Address
  readonly #mask: number

  constructor(
    readonly memory: Memory,
    readonly handle: PcbTableHandle,
  ) {
    expectHandle(HANDLE, handle, memory)
    expectChains(handle.chains)
    this.#ends = handle.at
    this.#ports = handle.at + handle.chains * WORD_BYTES
    this.#mask = handle.chains - 1
  }

  /** Places an empty table. Throws a RangeError for a shape that none can have, and OutOfMemory. */
  static create(arena: Arena, { chains, seed }: PcbTableShape): PcbTable {
    expectChains(chains)
    const at = arena.place('control blocks', 2 * chains * WORD_BYTES)
    return new PcbTable(arena.memory, { at, chains, seed })
  }

  /** Puts a block in, whose endpoints have been written and stay as they are until `remove`. */
  insert(pcb: Address): void {
    const { memory } = this
    const ends = this.#chainOfBlock(pcb)
    memory.store(pcb + next, memory.load(ends))
    memory.store(ends, pcb)
    const ports = this.#chainOfPort(memory.read(pcb + localPort))
    memory.write(pcb + nextOfPort, memory.read(ports))
    memory.write(ports, pcb)
  }

  /** Takes a block out; false when it is not in the table. */
  remove(pcb: Address): boolean {
    const { memory } = this
    const link = this.#linkTo(pcb, this.#chainOfBlock(pcb), next)
    if (link === NIL) return false
    memory.store(link, memory.load(pcb + next))
    const chain = this.#chainOfPort(memory.read(pcb + localPort))
    memory.write(this.#linkTo(pcb, chain, nextOfPort), memory.read(pcb + nextOfPort))
    return true
  }

  /**
   * Makes the chains anew of these blocks, after the death of a thread that was changing them: for
   * the holder of the table's lock, with nobody in an epoch.
   */
  relink(blocks: Iterable<Address>): void {
    this.memory.fill(this.#ends, 0, 2 * this.handle.chains * WORD_BYTES)
    for (const pcb of blocks) this.insert(pcb)
  }

  /**
   * The block that fits a packet best: a connection's, else a bound one's; or NIL. A bound one that
   * is in the chain of the ends is there because both chains are one, and so is the best of that.
   */
  lookup(local: number, port: number, foreign: number, portOfForeign: number): Address {
    const { memory } = this
    const hash = tupleHash(local, port, foreign, portOfForeign, this.handle.seed)
    const first = memory.load(this.#chain(hash))
    const connected = bestMatch(memory, first, local, port, foreign, portOfForeign)
    if (connected !== NIL) return connected
    const bound = memory.load(this.#chain(portHash(port, this.handle.seed)))
    return bestMatch(memory, bound, local, port, foreign, portOfForeign)
  }

  /** Whether a block has this local port, and the same local address, or one of both has any. */
  isPortTaken(local: number, port: number): boolean {
    const { memory } = this
    let left = MOST_IN_CHAIN
    let pcb = memory.read(this.#chainOfPort(port))
    for (; pcb !== NIL && left > 0; left--) {
      const other = memory.read(pcb + localAddress)
      const overlaps = local === 0 || other === 0 || other === local
      if (overlaps && memory.read(pcb + localPort) === port) return true
      pcb = memory.read(pcb + nextOfPort)
    }
    return false
  }

  /** Where the address of a block is kept that is in the chain at `chain`; NIL when it is not. */
  #linkTo(pcb: Address, chain: Address, field: number): Address {
    let link = chain
    for (let left = MOST_IN_CHAIN; left > 0; left--) {
      const at = this.memory.load(link)
      if (at === pcb) return link
      if (at === NIL) return NIL
      link = at + field
    }
    return NIL
  }

  #chainOfBlock(pcb: Address): Address {
    const { memory, handle } = this
    const foreign = memory.read(pcb + foreignAddress)
    const port = memory.read(pcb + localPort)
    if (foreign === 0) return this.#chain(portHash(port, handle.seed))
    const local = memory.read(pcb + localAddress)
    const theirs = memory.read(pcb + foreignPort)
    return this.#chain(tupleHash(local, port, foreign, theirs, handle.seed))
  }

  #chain(hash: number): Address {
    return this.#ends + (hash & this.#mask) * WORD_BYTES
  }

  #chainOfPort(port: number): Address {
    return this.#ports + (port & this.#mask) * WORD_BYTES
  }
}

function expectChains(chains: number): void {
  if (Number.isInteger(chains) && chains >= 1 && chains <= 1 << 24) {
    if ((chains & (chains - 1)) === 0) return
  }
  throw new RangeError(`chains: expected a power of two from 1 to ${1 << 24}, came ${chains}`)
}
