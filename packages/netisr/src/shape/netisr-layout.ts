import { layout, word, words } from '@smpnet/memory'

/**
 * The words of a netisr, one part behind the other:
 *
 *     NETISR · PROTOCOL for each · WORKSTREAM, with a WORK for each protocol, for each · DIRECT
 *     for each CPU and each thread outside
 */
export const NETISR = layout('netisr', {
  /** (x) The spin lock of the table of protocols, of `dispatch` and of `limit`. */
  lock: word('x', 'netisr'),
  /** (x) The number of the default dispatch; written under `lock`. */
  dispatch: word('x', 'netisr'),
  /** (x) The default queue limit; written under `lock`. */
  limit: word('x', 'netisr'),
})

/** Longest name of a protocol. */
export const NAME_BYTES = 16

/** A protocol. Its words are written under the lock of the netisr, before `isKnown`. */
export const PROTOCOL = layout('netisr protocol', {
  /** (x) 1 when it was registered. */
  isKnown: word('x', 'protocol'),
  /** (a) The numbers of its policy and of its own dispatch. */
  policy: word('a', 'protocol'),
  dispatch: word('a', 'protocol'),
  /** (a) The limit that it was registered with; 0 for the default. */
  asked: word('a', 'protocol'),
  /** (a) Bits: which functions it has. */
  has: word('a', 'protocol'),
  /** (a) Its name, padded with zeros. */
  name: words(NAME_BYTES / 4, 'a', 'protocol'),
  /** (m) under the lock of the netisr: the limit of each of its queues. */
  limit: word('m', 'protocol'),
})

/** In `has`. */
export const HAS_FLOW = 1
export const HAS_CPU = 2

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
})

/**
 * What a CPU, or a thread outside the machine, has dispatched directly: a word for each protocol,
 * all on lines that no other CPU writes. `dispatched` is (o), of the thread that runs there.
 */
export const DIRECT_LINE = (protocols: number) =>
  layout('netisr direct', { dispatched: words(protocols, 'o', 'direct') })
