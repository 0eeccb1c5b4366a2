import { type Address, alignUp, CACHE_LINE_BYTES } from '@smpnet/memory'
import { BUCKET, DIRECT_LINE, NETISR, PIN, PROTOCOL, WORK, WORKSTREAM } from './netisr-layout.ts'
import type { NetisrHandle } from './netisr-shape.ts'

type Counts = Pick<NetisrHandle, 'cpus' | 'guests' | 'threads' | 'protocols' | 'buckets' | 'pins'>

/** Where the parts of a netisr are. */
export class NetisrPlan {
  readonly #buckets: Address
  readonly #pins: Address
  readonly #streams: Address
  readonly #streamBytes: number
  readonly #direct: Address
  readonly #directBytes: number
  /** Where all of it ends, but for latencies, which stand there if there are any. */
  readonly end: Address

  constructor(
    readonly at: Address,
    { cpus, guests, threads, protocols, buckets, pins }: Counts,
  ) {
    this.#buckets = at + NETISR.size + protocols * PROTOCOL.size
    this.#pins = this.#buckets + (buckets + pins) * BUCKET.size
    this.#streams = alignUp(this.#pins + pins * PIN.size, CACHE_LINE_BYTES)
    this.#streamBytes = WORKSTREAM.size + protocols * WORK.size
    this.#direct = this.#streams + threads * this.#streamBytes
    this.#directBytes = DIRECT_LINE(protocols).size
    this.end = this.#direct + (cpus + guests) * this.#directBytes
  }

  get latencies(): Address {
    return this.end
  }

  protocol(number: number): Address {
    return this.at + NETISR.size + number * PROTOCOL.size
  }

  /** Bucket `index`; behind those of the table stand those of the pins, in their order. */
  bucket(index: number): Address {
    return this.#buckets + index * BUCKET.size
  }

  pin(index: number): Address {
    return this.#pins + index * PIN.size
  }

  stream(id: number): Address {
    return this.#streams + id * this.#streamBytes
  }

  /** The word that counts what the CPU or thread outside of that number dispatched directly. */
  direct(cpu: number, protocol: number): Address {
    return this.#direct + cpu * this.#directBytes + protocol * 4
  }
}
