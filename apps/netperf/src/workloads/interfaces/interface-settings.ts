/** What the interface of these workloads is; it can be cloned. */
export interface InterfaceSettings {
  /** The hand-off, by its name in the table. */
  readonly handoff: string
  readonly bitsPerSecond: number
  /** Packets that a queue takes, and descriptors of a transmit ring: powers of two. */
  readonly limit: number
  readonly slots: number
  /** Packets that are taken from a queue at a time, or drained by a sender in a row. */
  readonly bulk: number
  /** The device interrupts after so many packets, or so long after the first. */
  readonly frames: number
  readonly delayNs: number
  /** Packets of each CPU besides, for the descriptors by which it receives; none unless told. */
  readonly received?: number
  /** Ns of a sender's work for each packet, besides the hand-off. */
  readonly workNs: number
}

/**
 * What the simulated card costs, in ns, besides what a profile prices. All are assumed, and
 * findings say what they depend on.
 */
export const CARD_NS = {
  /** A write to a register of the card: the CPU waits until it has left by PCI Express. */
  doorbell: 100,
  /** The first look at what the card has written: a line that no cache has. */
  status: 80,
  /** From the doorbell until the card has read the packet, two reads of memory by PCI Express. */
  fetch: 800,
} as const

/** The packet of all measurements: the shortest frame of Ethernet without its check sequence. */
export const PACKET_BYTES = 60

/** em(4) had 256 descriptors, and IFQ_MAXLEN was 50; a ring has a power of two. */
export const USUAL: Omit<InterfaceSettings, 'handoff'> = {
  bitsPerSecond: 100e9,
  limit: 256,
  slots: 256,
  /** iflib's TX_BATCH_SIZE. */
  bulk: 32,
  /** A quarter of the ring; and em(4)'s hw.em.tx_int_delay of 66, in units of 1.024 us. */
  frames: 64,
  delayNs: 67_584,
  /** A UDP send took 847 ns with its hand-off (FreeBSD 12, 2018). */
  workNs: 800,
}
