import { layout, word, words } from '@smpnet/memory'

/**
 * The words of a netisr, one part behind the other:
 *
 *     NETISR · PROTOCOL for each · BUCKET for each, and one for each pin · PIN for each ·
 *     WORKSTREAM, with a WORK for each protocol, for each · DIRECT for each CPU and each thread
 *     outside
 */
export const NETISR = layout('netisr', {
  /** (x) The spin lock of the table of protocols, of `dispatch` and of `limit`. */
  lock: word('x', 'netisr'),
  /** (x) The number of the default dispatch; written under `lock`. */
  dispatch: word('x', 'netisr'),
  /** (x) The default queue limit; written under `lock`. */
  limit: word('x', 'netisr'),
  /**
   * (x) Counts changes of the pins; written under `lock` and that of the workstream that the flow
   * leaves.
   */
  pinsVersion: word('x', 'pins'),
  /** (x) How many pins there are: none is looked for while this is 0. */
  pinned: word('x', 'pins'),
})

/** Longest name of a protocol. */
export const NAME_BYTES = 16

/** A protocol. Its words are written under the lock of the netisr, before `isKnown`. */
export const PROTOCOL = layout('netisr protocol', {
  /** (x) 1 when it was registered. */
  isKnown: word('x', 'protocol'),
  /** (a) The numbers of its policy and of the dispatch that it was registered with. */
  policy: word('a', 'protocol'),
  dispatch: word('a', 'protocol'),
  /** (m) under the lock of the netisr: its own dispatch now, or 0 for the default one. */
  own: word('m', 'protocol'),
  /** (a) The limit that it was registered with; 0 for the default. */
  asked: word('a', 'protocol'),
  /** (a) Bits: which functions it has. */
  has: word('a', 'protocol'),
  /** (a) Its name, padded with zeros. */
  name: words(NAME_BYTES / 4, 'a', 'protocol'),
  /** (m) under the lock of the netisr: the limit of each of its queues. */
  limit: word('m', 'protocol'),
  /** (x) The dispatch that counts now, or a value of `DRAINING`; written under the lock. */
  effective: word('x', 'protocol'),
  /** (x) While it drains: how many workstreams were found drained, and of which switch. */
  drained: word('x', 'protocol'),
})

/** In `has`. */
export const HAS_FLOW = 1
export const HAS_CPU = 2
export const HAS_DRAINED = 4

/** Where the packets of some flows go. */
export const BUCKET = layout('netisr bucket', {
  /** (x) The workstream; written under the lock of the one that it leaves. */
  to: word('x'),
  /** (x) Where it is to go: 0 nowhere else, else a workstream's number and 1, or `LEAVE`. */
  wish: word('x'),
  /** (m) under the lock of its workstream: that one's `sequence` after the last packet. */
  tail: word('m'),
  /** (m) under the same: packets that it ever had. */
  packets: word('m'),
})

/** A flow that has a bucket of its own. */
export const PIN = layout('netisr pin', {
  /** (x) The flow, or 0; written under the lock of the netisr before `state`. */
  flow: word('x'),
  /** (x) `FREE`, `PINNED` or `LEFT`; written under the lock of its bucket's workstream. */
  state: word('x'),
})

/** A workstream: what one worker serves. */
export const WORKSTREAM = layout('netisr workstream', {
  /** (x) The spin lock of all of the workstream's words and of its queues. */
  lock: word('x', 'workstream'),
  /** (x) Its state, by number; written under `lock`. Its worker spins on it. */
  state: word('x', 'workstream'),
  /** (m) A bit for each protocol whose queue is not empty. */
  pending: word('m', 'workstream'),
  /** (x) 1 while its worker sleeps, or is about to; written under `lock`. */
  asleep: word('x', 'workstream'),
  /** (m) The holder (`Memory.holder`) that began to dispatch last: its undertaker ends it. */
  dispatcher: word('m', 'workstream'),
  /** (m) A bit for each protocol that the worker has yet to take in this round. */
  round: word('m', 'workstream'),
  /** (m) Packets that were ever queued here, of all protocols; and that when the round began. */
  sequence: word('m', 'workstream'),
  roundSequence: word('m', 'workstream'),
  /** (m) Of `sequence`: all that were queued before are handled. */
  cleared: word('m', 'workstream'),
})

/** The queue of one protocol in one workstream. Under the workstream's lock. */
export const WORK = layout('netisr work', {
  /** (m) The first packet and the last, or NIL. */
  head: word('m', 'work'),
  tail: word('m', 'work'),
  /** (m) Packets in the queue, the most that there may be, and the most that there were. */
  len: word('m', 'work'),
  limit: word('m', 'work'),
  watermark: word('m', 'work'),
  /** (m) Packets handled by hybrid dispatch, in threads of this CPU. */
  hybridDispatched: word('m', 'work'),
  /** (m) Packets that were refused because the queue was full. */
  drops: word('m', 'work'),
  /** (m) Packets that were queued, and those of all that were handled. */
  queued: word('m', 'work'),
  handled: word('m', 'work'),
  /** (m) Microseconds of the clock when the first packet of the queue came, if that is bounded. */
  since: word('m', 'work'),
  /** (m) Of the drops: those of a queue whose first packet had waited too long. */
  late: word('m', 'work'),
  /** (m) Packets at which the handler threw. */
  failed: word('m', 'work'),
})

/**
 * What a CPU, or a thread outside the machine, has dispatched directly: a word for each protocol,
 * all on lines that no other CPU writes. `dispatched` is (o), of the thread that runs there.
 */
export const DIRECT_LINE = (protocols: number) =>
  layout('netisr direct', { dispatched: words(protocols, 'o', 'direct') })
