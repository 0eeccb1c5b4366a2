import { expectBetween } from '../shape/netisr-shape.ts'
import { BadNetisr } from '../terms/errors.ts'
import { expectNames, type NamesOf } from '../terms/expect-options.ts'
import { flowNumber } from '../hashes/flow-number.ts'
import type { Toeplitz } from '../hashes/toeplitz.ts'
import { type ArrivalName, ARRIVALS, gapsOf } from './arrival-law.ts'
import { FlowPopularity } from './flow-popularity.ts'
import type { SourceRandom } from './source-random.ts'

/** What a synthetic source is asked to be. */
export interface SyntheticShape {
  /** Flows, 1 to 2^20. */
  readonly flows: number
  /** Packets per second on the mean; Infinity for all at once. */
  readonly perSecond: number
  /** When they come; `constant` unless told. */
  readonly arrival?: ArrivalName | undefined
  /** The exponent of Zipf's law by which flows are drawn; 0, all alike, unless told. */
  readonly zipf?: number | undefined
  /** Bytes of each packet, 64 unless told. */
  readonly bytes?: number | undefined
  /** Which of the flows it brings, at the rate that those have of all; all unless told. */
  readonly isOurs?: ((flow: number) => boolean) | undefined
}

const NAMES: NamesOf<Required<SyntheticShape>> = {
  flows: true,
  perSecond: true,
  arrival: true,
  zipf: true,
  bytes: true,
  isOurs: true,
}

const MOST_FLOWS = 2 ** 20
const MOST_BYTES = 65_535
/** A greater exponent leaves one flow. */
const MOST_ZIPF = 10
const NS_PER_S = 1e9

/**
 * Packets of made-up flows, one after the other: `advance`, and then look. It never ends, and with
 * the same shape and the same chance it is always the same.
 */
export class SyntheticSource {
  readonly #random: SourceRandom
  readonly #gap: () => number
  readonly #popularity: FlowPopularity
  /** When this packet comes, in ns since the source began. */
  timeNs = 0
  /** Its flow, from 0 to one less than there are. */
  flow = 0
  readonly bytes: number

  /** Throws BadNetisr for figures out of range, a TypeError for a law that there is not. */
  constructor(shape: SyntheticShape, random: SourceRandom) {
    expectNames('a synthetic source', shape, NAMES)
    const { flows, perSecond, arrival = 'constant', zipf = 0, bytes = 64 } = shape
    const { isOurs = () => true } = shape
    expectBetween('flows', flows, 1, MOST_FLOWS)
    expectBetween('bytes', bytes, 1, MOST_BYTES)
    if (!(perSecond > 0)) {
      throw new BadNetisr(`perSecond: expected more than 0 packets, came ${perSecond}`)
    }
    if (!(zipf >= 0 && zipf <= MOST_ZIPF)) {
      throw new BadNetisr(`zipf: expected an exponent from 0 to ${MOST_ZIPF}, came ${zipf}`)
    }
    if (!ARRIVALS.includes(arrival)) {
      throw new TypeError(`arrival: expected ${ARRIVALS.join(', ')}, came ${arrival}`)
    }
    this.#random = random
    this.#popularity = new FlowPopularity(flows, zipf, isOurs)
    this.#gap = gapsOf(arrival, NS_PER_S / (perSecond * this.#popularity.share), random)
    this.bytes = bytes
  }

  /** Goes on to the next packet; one without flows comes never, at Infinity. */
  advance(): void {
    if (this.#popularity.share === 0) {
      this.timeNs = Number.POSITIVE_INFINITY
      return
    }
    this.timeNs += this.#gap()
    this.flow = this.#popularity.draw(this.#random)
  }
}

/** Addresses that are for benchmarks (RFC 2544, 198.18.0.0/15), and clients' and server's ports. */
const CLIENTS = 0xc612_0000
const SERVER = 0xc613_0001
const CLIENT_PORTS = 16_384
const FIRST_PORT = 49_152
const SERVER_PORT = 443

/** The number that the card of RSS gives a made-up flow: many clients talk to one server. */
export function syntheticFlowNumber(toeplitz: Toeplitz, flow: number): number {
  const client = CLIENTS + (Math.floor(flow / CLIENT_PORTS) + 1)
  const port = FIRST_PORT + ((flow * PORT_STEP) % CLIENT_PORTS)
  return flowNumber(toeplitz.tuple(client, SERVER, port, SERVER_PORT))
}

/** Odd, so that ports come once each: clients do not take them in order (RFC 6056). */
const PORT_STEP = 6_365
