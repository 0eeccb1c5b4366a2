import type { Address } from '@smpnet/memory'
import { DIRECT_LINE, NETISR, PROTOCOL, WORK, WORKSTREAM } from './netisr-layout.ts'
import type { NetisrHandle } from './netisr-shape.ts'

type Counts = Pick<NetisrHandle, 'cpus' | 'guests' | 'threads' | 'protocols'>

/** Where the parts of a netisr are. */
export class NetisrPlan {
  readonly #streams: Address
  readonly #streamBytes: number
  readonly #direct: Address
  readonly #directBytes: number
  /** Where all of it ends. */
  readonly end: Address

  constructor(
    readonly at: Address,
    { cpus, guests, threads, protocols }: Counts,
  ) {
    this.#streams = at + NETISR.size + protocols * PROTOCOL.size
    this.#streamBytes = WORKSTREAM.size + protocols * WORK.size
    this.#direct = this.#streams + threads * this.#streamBytes
    this.#directBytes = DIRECT_LINE(protocols).size
    this.end = this.#direct + (cpus + guests) * this.#directBytes
  }

  protocol(number: number): Address {
    return this.at + NETISR.size + number * PROTOCOL.size
  }

  stream(id: number): Address {
    return this.#streams + id * this.#streamBytes
  }

  /** The word that counts what the CPU or thread outside of that number dispatched directly. */
  direct(cpu: number, protocol: number): Address {
    return this.#direct + cpu * this.#directBytes + protocol * 4
  }
}
