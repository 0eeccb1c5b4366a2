import { Arena, CACHE_LINE_BYTES, LiveMemory } from '@smpnet/memory'
import { detach, SyncDomain } from '@smpnet/sync'
import { partsOf, type QueueShape, wholeShape } from '../records/ring-shape.ts'
import { type QueueHandle, writeShape } from './handle.ts'

/** Waiters for each thread: its own, and those of its tasks that wait at once, on average. */
const WAITERS_PER_THREAD = 4
/** What an arena needs besides what is placed in it. */
const ROOT_BYTES = CACHE_LINE_BYTES

/**
 * A new queue in a buffer of its own: a parking lot, and the ring outside of it, so that what users
 * write there is not looked through for the names of locks' owners.
 */
export function makeQueue(shape?: QueueShape): QueueHandle {
  const ring = wholeShape(shape)
  const { threads } = ring
  const lot = { threads, waiters: threads * WAITERS_PER_THREAD, buckets: 4 }
  const lotBytes = SyncDomain.bytes(lot) + CACHE_LINE_BYTES
  const ringBytes = partsOf(ring).end
  const memory = LiveMemory.create(Math.ceil((ROOT_BYTES + lotBytes + ringBytes) / 64) * 64 + 64)
  const arena = Arena.create(memory)
  const at = arena.place('the parking lot of a queue', lotBytes)
  const bytes = Math.floor(lotBytes / CACHE_LINE_BYTES) * CACHE_LINE_BYTES
  const sync = SyncDomain.create({ ...lot, buffer: memory.buffer, at, bytes })
  detach(sync)
  const handle = { domain: sync.handle, at: arena.place('a queue', ringBytes), shape: ring }
  writeShape(memory, handle.at, ring)
  return handle
}
