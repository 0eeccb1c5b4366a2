import { MOST_PACKETS } from '../discipline/counted-queue.ts'
import {
  expectFunction,
  expectList,
  expectObject,
  expectPlace,
  expectWhole,
} from '../terms/expect.ts'
import type { HandoffParts, HandoffShape, HandoffSite } from './handoff.ts'

/** The most transmit queues that a device may have. */
const MOST_QUEUES = 256
const MOST_PART_BYTES = 1 << 30

/** Throws unless a hand-off may be of this shape. */
export function expectShape(shape: HandoffShape): void {
  expectObject('the shape of a hand-off', shape)
  expectWhole('limit', shape.limit, 1, MOST_PACKETS)
  expectWhole('queues', shape.queues, 1, MOST_QUEUES)
  expectWhole('bulk', shape.bulk, 1, MOST_PACKETS)
}

/** Throws unless a hand-off may be there: a place of its own, its shape, and what it is made of. */
export function expectSite(site: HandoffSite): void {
  expectObject('where a hand-off is', site)
  expectPlace('a hand-off', site.memory, site.at)
  expectShape(site.shape)
  expectList('the ports of a hand-off', site.ports)
  expectFunction('lock', site.lock)
  if (site.discipline !== undefined) expectFunction('discipline', site.discipline)
  if (site.nowUs !== undefined) expectFunction('nowUs', site.nowUs)
}

/** Throws unless these are bytes of what a hand-off is told how to make. */
export function expectParts(parts: HandoffParts): void {
  expectObject('the parts of a hand-off', parts)
  expectWhole('lockBytes', parts.lockBytes, 0, MOST_PART_BYTES)
  expectWhole('disciplineBytes', parts.disciplineBytes, 0, MOST_PART_BYTES)
}
