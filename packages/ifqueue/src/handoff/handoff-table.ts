import { Abdicate } from './abdicate.ts'
import { BufRingHandoff } from './buf-ring.ts'
import { Bulk } from './bulk.ts'
import { Coarse } from './coarse.ts'
import { expectParts } from './expect-handoff.ts'
import type { Handoff, HandoffParts, HandoffShape, HandoffSite } from './handoff.ts'
import { Historical } from './historical.ts'
import { LockedHandoff } from './locked-handoff.ts'
import { Recheck } from './recheck.ts'
import { Spread, type SpreadOver } from './spread.ts'
import { UnderLock } from './under-lock.ts'

/**
 * Every hand-off, a line each. All that is done with every one of them runs over this table: the
 * case suites, the models, the bench, and the experiments of `netperf`.
 */

/** A hand-off as an entry of a table: enough to make one without knowing which it is. */
export interface HandoffEntry extends SpreadOver {
  /** As a command line or the row of a table names it. */
  readonly name: string
  /** One sentence about it. */
  readonly summary: string
  /** What it does not promise, each with the reason. All that is not named here, it does. */
  readonly notPromised: { readonly [promised in HandoffPromise]?: string }
  /** How many transmit queues of a device it uses that has so many. */
  queuesOf(queues: number): number
}

/** What a hand-off may leave out. The sentences are the names of the cases that test it. */
export type HandoffPromise =
  | 'no packet is stranded'
  | 'no packet overtakes another of its interface'
  | 'its queue has a discipline'

const LOCK_FREE = { 'its queue has a discipline': 'a ring without a lock is first in, first out' }

/** In the order in which tables show them. */
export const handoffTable: readonly HandoffEntry[] = [
  locked('historical', Historical, 'IFQ_HANDOFF: OACTIVE is read without the driver’s lock', {
    'no packet is stranded': 'it looks at the queue before others see that OACTIVE is clear',
  }),
  locked('under-lock', UnderLock, 'OACTIVE is tested under the driver’s lock, by every sender'),
  locked('recheck', Recheck, 'OACTIVE is cleared, and then the queue is looked at again'),
  locked('coarse', Coarse, 'one lock for the queue and the driver'),
  locked('bulk', Bulk, 'the driver takes many packets from the queue at a time'),
  {
    name: 'buf-ring',
    summary: 'a ring without a lock for a queue, and the driver’s lock',
    notPromised: LOCK_FREE,
    queuesOf: () => 1,
    bytes: (shape) => BufRingHandoff.bytes(shape),
    over: (site) => new BufRingHandoff(site),
  },
  {
    name: 'abdicate',
    summary: 'a ring without a lock, drained by the sender that finds no other at it',
    notPromised: LOCK_FREE,
    queuesOf: () => 1,
    bytes: (shape) => Abdicate.bytes(shape),
    over: (site) => new Abdicate(site),
  },
  spread('multi-recheck', 'recheck for each transmit queue; flows are spread over them'),
  spread('multi-abdicate', 'abdicate for each transmit queue; flows are spread over them'),
]

type Promises = HandoffEntry['notPromised']

interface LockedClass {
  new (site: HandoffSite, lockBytes: number, queueBytes: number): Handoff
}

function locked(
  name: string,
  Class: LockedClass,
  summary: string,
  notPromised: Promises = {},
): HandoffEntry {
  return {
    name,
    summary,
    notPromised,
    queuesOf: () => 1,
    bytes: (_shape: HandoffShape, parts: HandoffParts) => LockedHandoff.bytes(parts),
    over(site, parts) {
      expectParts(parts)
      return new Class(site, parts.lockBytes, parts.disciplineBytes)
    },
  }
}

/** The entry before it in the table whose name is the last part of this one's, for each queue. */
function spread(name: string, summary: string): HandoffEntry {
  const of = (): HandoffEntry => {
    return handoffTable.find((entry) => name === `multi-${entry.name}`) as HandoffEntry
  }
  return {
    name,
    summary,
    get notPromised() {
      return {
        ...of().notPromised,
        'no packet overtakes another of its interface': 'those of different flows may',
      }
    },
    queuesOf: (queues) => queues,
    bytes: (shape, parts) => Spread.bytes(of(), shape, parts),
    over: (site, parts) => new Spread(of(), site, parts),
  }
}
