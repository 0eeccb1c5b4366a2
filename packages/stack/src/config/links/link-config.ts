/**
 * The links of a kernel, as data. A link that stands before another has it as its `link`, as in
 * gVisor: `capture(wire({ delayNs: 50_000 }))`.
 */
export type LinkConfig = BareLinkConfig | CaptureConfig
export type BareLinkConfig = LoopbackConfig | WireConfig

/** An interface whose packets come back in: `lo0: loopback()` is the interface `lo0`. */
export interface LoopbackConfig {
  readonly kind: 'loopback'
  /** Bytes of the greatest packet, headers among them. */
  readonly mtu: number
  /**
   * Whether checksums of what never leaves this memory are computed and verified, or left to the
   * link, which leaves them out: `ifconfig lo0 txcsum rxcsum`.
   */
  readonly checksums: 'computed' | 'offloaded'
}

/** Two interfaces that are joined: `wire0: wire()` makes `wire0a` and `wire0b`, as epair(4). */
export interface WireConfig {
  readonly kind: 'wire'
  /** As fast as bits go out at either end, and how long each takes to the other. */
  readonly bitsPerSecond: number
  readonly delayNs: number
  /** Bytes of the greatest packet, headers among them. */
  readonly mtu: number
  /** Packets that wait at an end until those before them are out. */
  readonly queue: number
  /** Packets that an end has taken and that have not arrived yet, waiting ones among them. */
  readonly inFlight: number
  /** The CPUs that what arrives at each end interrupts; the first and the second unless told. */
  readonly cpus?: readonly [number, number] | undefined
}

/** Copies what passes a link by either way into rings: see `CaptureBounds`. */
export interface CaptureConfig {
  readonly kind: 'capture'
  readonly link: BareLinkConfig
}

/** Room for what is captured. */
export interface CaptureBounds {
  /** Bytes of each CPU's ring: a power of two, for two packets at least. */
  readonly ringBytes: number
  /** Bytes of each packet that are kept at most. */
  readonly snapBytes: number
}

/** What ifconfig is told of an interface. */
export interface AddressConfig {
  /** Its address: `10.0.0.1` of a wire's end, and with a prefix, `127.0.0.1/8`, of a loopback. */
  readonly inet: string
  /** Of a wire's end: the address of the other one, to which there is a route by this one. */
  readonly destination?: string | undefined
  /** Further addresses, written as `inet` is. */
  readonly alias: readonly string[]
}

export type LinkInput = BareLinkInput | { readonly kind: 'capture'; readonly link: BareLinkInput }
export type BareLinkInput =
  | (Pick<LoopbackConfig, 'kind'> & Partial<LoopbackConfig>)
  | (Pick<WireConfig, 'kind'> & Partial<WireConfig>)
export type AddressInput = Pick<AddressConfig, 'inet'> & Partial<AddressConfig>

/**
 * A loopback interface; unless told of FreeBSD's 16,384 bytes, and with its checksums left out, as
 * those of FreeBSD (LO_CSUM_FEATURES in if_loop.c) and of Linux.
 */
export function loopback(options: Partial<Omit<LoopbackConfig, 'kind'>> = {}): BareLinkInput {
  return { kind: 'loopback', ...options }
}

/** A wire of 1 Gbit/s without a delay, of 1500 bytes, unless told. */
export function wire(options: Partial<Omit<WireConfig, 'kind'>> = {}): BareLinkInput {
  return { kind: 'wire', ...options }
}

/** A link with a capture before it. */
export function capture(link: BareLinkInput): LinkInput {
  return { kind: 'capture', link }
}
