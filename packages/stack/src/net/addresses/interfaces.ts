import { type Address, layout, type Memory, word } from '@smpnet/memory'

/** An address of this host, and the link that it is an address of. */
export interface HostAddress {
  readonly address: number
  /** Bits of the network's part: 0 to 32. */
  readonly prefix: number
  readonly link: number
}

/** A way to a network: a link, and the address that is sent from there. */
export interface HostRoute {
  readonly network: number
  readonly prefix: number
  readonly link: number
  readonly source: number
}

const COUNTS = layout('interfaces', {
  /** (m) under the address list's lock, as all that follows: how many entries there are. */
  addresses: word('m', 'interfaces'),
  routes: word('m', 'interfaces'),
})
const ENTRY = layout('interface entry', {
  /** (m) of an address of this host: itself; of a route: its network and its mask. */
  address: word('m', 'entry'),
  mask: word('m', 'entry'),
  link: word('m', 'entry'),
  /** (m) of a route: the address that is sent from. */
  source: word('m', 'entry'),
})

/**
 * The addresses of this host (in_ifaddrhead) and its routes, as lists that are walked with each
 * packet and hardly ever changed: what the wiki's question about fast reads and slow writes is
 * about. All is plain code, and its caller holds the address list's lock.
 */
export class Interfaces {
  readonly #addresses: Address
  readonly #routes: Address

  constructor(
    readonly memory: Memory,
    readonly at: Address,
    /** How many addresses there can be, and how many routes. */
    readonly most: number,
  ) {
    this.#addresses = at + COUNTS.size
    this.#routes = this.#addresses + most * ENTRY.size
  }

  static bytes(most: number): number {
    return COUNTS.size + 2 * most * ENTRY.size
  }

  /** Adds an address. Throws a RangeError when the list is full. */
  addAddress({ address, prefix, link }: HostAddress): void {
    const at = this.#add(COUNTS.offset.addresses, this.#addresses, 'addresses')
    this.#write(at, address, maskOf(prefix), link, address)
  }

  /** Adds a route. Throws a RangeError when the list is full. */
  addRoute({ network, prefix, link, source }: HostRoute): void {
    const at = this.#add(COUNTS.offset.routes, this.#routes, 'routes')
    const mask = maskOf(prefix)
    this.#write(at, network & mask, mask, link, source)
  }

  /** Whether an address is one of this host's (in_localip). */
  isLocal(address: number): boolean {
    const { memory } = this
    let left = memory.read(this.at + COUNTS.offset.addresses)
    for (let at = this.#addresses; left > 0; at += ENTRY.size, left--) {
      if (memory.read(at + ENTRY.offset.address) === address) return true
    }
    return false
  }

  /** The route with the longest prefix that a destination is in; 0 for none. */
  route(destination: number): Address {
    const { memory } = this
    let best = 0
    let bestMask = 0
    let left = memory.read(this.at + COUNTS.offset.routes)
    for (let at = this.#routes; left > 0; at += ENTRY.size, left--) {
      const mask = memory.read(at + ENTRY.offset.mask)
      if ((destination & mask) !== memory.read(at + ENTRY.offset.address)) continue
      if (best !== 0 && mask >>> 0 <= bestMask >>> 0) continue
      best = at
      bestMask = mask
    }
    return best
  }

  /** The number of a route's link. */
  linkOf(route: Address): number {
    return this.memory.read(route + ENTRY.offset.link)
  }

  /** The address that is sent from on a route. */
  sourceOf(route: Address): number {
    return this.memory.read(route + ENTRY.offset.source)
  }

  #add(count: Address, list: Address, what: string): Address {
    const index = this.memory.read(this.at + count)
    if (index >= this.most) {
      throw new RangeError(`a host has at most ${this.most} ${what}: one more came`)
    }
    this.memory.write(this.at + count, index + 1)
    return list + index * ENTRY.size
  }

  #write(at: Address, address: number, mask: number, link: number, source: number): void {
    const { memory } = this
    memory.write(at + ENTRY.offset.address, address)
    memory.write(at + ENTRY.offset.mask, mask)
    memory.write(at + ENTRY.offset.link, link)
    memory.write(at + ENTRY.offset.source, source)
  }
}

/** The mask of a prefix: its bits are the first ones. */
function maskOf(prefix: number): number {
  return prefix === 0 ? 0 : (-1 << (32 - prefix)) | 0
}
