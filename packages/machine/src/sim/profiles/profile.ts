/**
 * A machine as data: how its CPUs are arranged and what things cost on it. Every number says where
 * it comes from, so that a result can be traced to what somebody measured.
 */
export interface Profile {
  readonly name: string
  /** The machine in a few words. */
  readonly title: string
  readonly topology: Topology
  /** The rate of its cycles, in MHz. */
  readonly clockMhz: Figure
  /** Timer interrupts per second on a CPU that is not idle. */
  readonly tickHz: Figure
  readonly lines: LinePrices
  readonly copying: CopyPrices
  readonly waking: WakePrices
  /** The price of each named work, in ns for one unit of it. */
  readonly workNs: Readonly<Record<string, Figure>>
  /** What was measured on the machine and is no input: what the machine is to predict. */
  readonly checks?: ProfileChecks
}

/** Each is compared with what a program on the simulated machine measures. */
export interface ProfileChecks {
  /** Taking and giving up a lock that nobody else wants. */
  readonly lockPairNs?: Figure
  /**
   * From one packet to the next when all cores of a domain forward, under a reader lock that all
   * share, packets of the work `forward-packet`.
   */
  readonly sharedLockPacketNs?: Figure
}

/** CPUs are numbered cores first, in the order of sockets, and then the second hyper-threads. */
export interface Topology {
  /** Sockets whose caches are one hop apart; those of another board are farther away. */
  readonly socketsPerBoard: number
  readonly sockets: number
  /** Groups of cores that share a last-level cache. */
  readonly domainsPerSocket: number
  readonly coresPerDomain: number
  readonly threadsPerCore: number
}

/** How far apart two CPUs can be. */
export type DistanceName = 'sibling' | 'domain' | 'socket' | 'remote' | 'far'

/** What it costs to have and to move a cache line, all in ns. */
export interface LinePrices {
  /** A plain load of a line that this core has. */
  readonly readNs: Figure
  /** A plain store to a line that this core alone has. */
  readonly writeNs: Figure
  /** A compare-and-swap of a line that this core alone has. */
  readonly casNs: Figure
  /** The first load of a line that no cache has. */
  readonly memoryNs: Figure
  /** A compare-and-swap, with no load before it, of a line that a CPU so far away has written. */
  readonly blindCasNs: Readonly<Partial<Record<DistanceName, Figure>>>
  /** The same with a load before it, which is what a lock does. */
  readonly loadAndCasNs: Readonly<Partial<Record<DistanceName, Figure>>>
  /** One of these, load and swap, when all cores of a domain do nothing else to one word. */
  readonly contendedNs: Figure
}

export interface CopyPrices {
  readonly bytesPerCycle: Figure
  /** How many lines a core fetches at a time when it reads or writes one after another. */
  readonly linesInFlight: Figure
}

export interface WakePrices {
  /** From the sending of an IPI until it interrupts. */
  readonly ipiDeliveryNs: Figure
  /** How long an idle CPU watches before it sleeps. Leaving sleep is the work `idle-exit`. */
  readonly idleSpinNs: Figure
}

/** Measured by somebody; worked out from such figures; or assumed, because nobody tells. */
export type Basis = 'published' | 'derived' | 'assumed'

/** A number and where it comes from. */
export interface Figure {
  readonly value: number
  readonly basis: Basis
  readonly source: string
}

export function published(value: number, source: string): Figure {
  return { value, basis: 'published', source }
}

export function derived(value: number, source: string): Figure {
  return { value, basis: 'derived', source }
}

export function assumed(value: number, source: string): Figure {
  return { value, basis: 'assumed', source }
}
