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
  /**
   * How many times as long a core's work takes while the core's other thread is busy too, 1 to 2:
   * with 2 the two together do no more than one. For machines with two threads per core.
   */
  readonly siblingSlowdown?: Figure
  readonly lines: LinePrices
  readonly copying: CopyPrices
  /** What code takes that is no compiled C; nothing where it is absent. */
  readonly code?: CodePrices
  readonly waking: WakePrices
  /** The price of each named work, in ns for one unit of it. */
  readonly workNs: Readonly<Record<string, Figure>>
  /** The named work that is a read of the one chip which all CPUs share, and queue for. */
  readonly chipWork?: readonly string[]
  /** What was measured on the machine as a whole: what a simulation is to give. */
  readonly checks?: ProfileChecks
}

/** Each is compared with what a program on the simulated machine measures. */
export interface ProfileChecks {
  /** From one atomic addition to the next, by whomever, when so many CPUs do that to one word. */
  readonly contendedNs?: Readonly<Record<number, Figure>>
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
  /** The first load of a line whose home is another socket, so far away. */
  readonly homeNs?: Readonly<Partial<Record<'remote' | 'far', Figure>>>
  /** What each copy of a line adds: to make it, and to take it away. */
  readonly sharerNs: Figure
  /** How many stores of a CPU may wait for their lines. */
  readonly storeBufferEntries: Figure
  readonly queue: QueuePrices
}

/** What it costs to move a line for which CPUs wait. */
export interface QueuePrices {
  /** What a hand-over takes of a transfer, 0 to 1: the answer, as the request is there already. */
  readonly answerShare: Figure
  /**
   * How long a line stays where it has come to when more than one CPU wait for it, as its home has
   * to hear that it has come before it sends the next request. Its owner acts meanwhile: once in
   * any case, and more often if there is time.
   */
  readonly holdNs: Figure
  /** The same when one CPU waits, whose request may be sent after the line at once. */
  readonly holdAloneNs: Figure
  /** What each CPU that waits adds to a hand-over: 0 where a queue is in order. */
  readonly waiterNs: Figure
  /** How often in a row a line may be handed on within a cache domain while others wait. */
  readonly nearRun: Figure
}

export interface CopyPrices {
  readonly bytesPerCycle: Figure
  /** How many lines a core fetches at a time when it reads or writes one after another. */
  readonly linesInFlight: Figure
}

/**
 * What the code of a language with an engine takes around its accesses of memory. The prices of
 * lines stand for compiled C, in which an access is an instruction among others; in JavaScript it
 * is reached by calls and checks, and atomic ones may be calls of the engine. What is absent is 0.
 */
export interface CodePrices {
  /** An atomic load of a word, above a plain one. */
  readonly atomicLoadNs?: Figure
  /** An atomic store of a word, above a plain one. */
  readonly atomicStoreNs?: Figure
  /** The code around each access of a word, of whichever kind. */
  readonly accessNs?: Figure
  /** A copy, a fill or a sum, above what its bytes take. */
  readonly copyNs?: Figure
}

/** What prices of code there are. */
export const CODE_PRICES: readonly (keyof CodePrices)[] = [
  'atomicLoadNs',
  'atomicStoreNs',
  'accessNs',
  'copyNs',
]

export interface WakePrices {
  /** From the sending of an IPI until it interrupts. */
  readonly ipiDeliveryNs: Figure
  /** How long an idle CPU watches before it sleeps. Leaving sleep is the work `idle-exit`. */
  readonly idleSpinNs: Figure
  /** How long a thread watches what it waits for before it sleeps, where nothing else could run. */
  readonly watchNs: Figure
}

/**
 * Measured by somebody; worked out from such figures; chosen so that the simulation gives one;
 * assumed, because nobody tells; or measured on this very host.
 */
export type Basis = 'published' | 'derived' | 'fitted' | 'assumed' | 'measured'

/** A number and where it comes from. */
export interface Figure {
  readonly value: number
  readonly basis: Basis
  readonly source: string
  /**
   * Between which values it may as well lie, of one that is assumed or fitted; from half of it to
   * twice as much where nothing is said.
   */
  readonly range?: readonly [least: number, most: number]
  /** Of a figure among the checks: another was fitted to it, so that it is no prediction. */
  readonly isInput?: boolean
}

export function published(value: number, source: string): Figure {
  return { value, basis: 'published', source }
}

export function derived(value: number, source: string): Figure {
  return { value, basis: 'derived', source }
}

/** A figure chosen so that the simulation gives what `source` names, which is an input then. */
export function fitted(value: number, source: string): Figure {
  return { value, basis: 'fitted', source }
}

/** A check that a figure was fitted to. */
export function fittedTo(figure: Figure): Figure {
  return { ...figure, isInput: true }
}

export function assumed(
  value: number,
  source: string,
  range?: readonly [least: number, most: number],
): Figure {
  return { value, basis: 'assumed', source, ...(range && { range }) }
}
